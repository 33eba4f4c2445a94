import { createRandomSource } from '../support/random-source.js';

/**
 * A project of about `lines` lines of Structured Text: function blocks of some 80 lines each with states, timers, loops and
 * arithmetic, functions, and a program that calls an instance of each.
 */
export function largeProgram(lines: number): string {
  const out: string[] = [];
  const count = Math.max(1, Math.round(lines / 86));
  for (let index = 0; index < count; index++) out.push(...block(index));
  out.push('PROGRAM Main', 'VAR', '  Cycle : DINT;', '  Sum : LREAL;');
  for (let index = 0; index < count; index++) out.push(`  U${index} : Unit${index};`);
  out.push('END_VAR', '  Cycle := Cycle + 1;');
  for (let index = 0; index < count; index++) {
    out.push(`  U${index}(Enable := Cycle MOD ${2 + (index % 7)} <> 0, Demand := DINT_TO_REAL(Cycle MOD 100));`);
  }
  out.push(`  Sum := Sum + U0.Output;`, 'END_PROGRAM');
  return `${out.join('\n')}\n`;
}

function block(index: number): readonly string[] {
  const random = createRandomSource(index);
  const number = (): number => 1 + random.below(99);
  const rungs = Array.from({ length: 14 }, (_, at) => {
    const bit = (): string => `${random.chance(0.3) ? 'NOT ' : ''}Flags[${random.below(16)}]`;
    return `  Flags[${at}] := (${bit()} AND ${bit()}) OR (${bit()} AND NOT Alarm);`;
  });
  const terms = Array.from(
    { length: 12 },
    (_, at) => `  Level := Level + (Demand * ${number()}.5 - Level) / ${100 + number() * (at + 1)}.0;`,
  );
  return [
    `FUNCTION Scale${index} : REAL`,
    'VAR_INPUT',
    '  Raw : INT;',
    '  Low, High : REAL;',
    'END_VAR',
    `  Scale${index} := Low + INT_TO_REAL(Raw) * (High - Low) / ${27_000 + number()}.0;`,
    'END_FUNCTION',
    '',
    `FUNCTION_BLOCK Unit${index}`,
    'VAR_INPUT',
    '  Enable : BOOL;',
    '  Demand : REAL;',
    'END_VAR',
    'VAR_OUTPUT',
    '  Output : REAL;',
    '  Alarm : BOOL;',
    'END_VAR',
    'VAR',
    '  State, Count : INT;',
    '  Level : REAL;',
    '  Flags : ARRAY[0..15] OF BOOL;',
    '  Trend : ARRAY[0..31] OF REAL;',
    '  Delay : TON;',
    '  i : INT;',
    '  Text : STRING[40];',
    'END_VAR',
    '  CASE State OF',
    '    0:',
    '      IF Enable THEN',
    '        State := 1;',
    `        Text := 'unit ${index} starts';`,
    '      END_IF;',
    '    1, 2:',
    `      Delay(IN := Enable, PT := T#${number()}ms);`,
    '      IF Delay.Q THEN',
    '        State := State + 1;',
    '        Delay(IN := FALSE);',
    '      END_IF;',
    '    3:',
    '      Count := Count + 1;',
    `      IF Count > ${number()} THEN`,
    '        Count := 0;',
    '        State := 0;',
    '      END_IF;',
    '  ELSE',
    '    State := 0;',
    '  END_CASE;',
    ...rungs,
    ...terms,
    '  FOR i := 31 TO 1 BY -1 DO',
    '    Trend[i] := Trend[i - 1];',
    '  END_FOR;',
    `  Trend[0] := Level + Scale${index}(Raw := Count, Low := 0.0, High := ${number()}.0);`,
    '  Output := 0.0;',
    '  FOR i := 0 TO 31 DO',
    '    Output := Output + Trend[i] / 32.0;',
    '  END_FOR;',
    `  Alarm := (Output > ${number()}.0) AND Enable;`,
    'END_FUNCTION_BLOCK',
    '',
  ];
}
