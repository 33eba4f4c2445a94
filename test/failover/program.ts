/** The program that the host under test runs. What it holds lets the checker tell a right history from a wrong one. */
export const tickMs = 20;
/** Words of the retained block: large enough that a torn slot or a mixture of two shows. */
export const blockWords = 256;
export const writerCount = 8;
/** Scans that the log of a host with `PLC_EMU_SMALL` keeps. */
export const smallRing = 200;
/** Events of class run_state that it keeps. */
export const smallRunStateRing = 10_000;

export const programFile = 'main.st';
/**
 * `Life` and `Block` are retained and change together every scan, so any two scans mixed show in `Mixed`, which the first scan after a
 * start counts; `Restored` is the scan that was restored, -1 before the first. `TwinA` and `TwinB` are only ever written together.
 * `Shared` is what all writers compete for, `Own1` to `Own8` belong to one writer each; the program touches none of them. `Version` is
 * what the function `Edition` gives, which engineers change while the program runs; with the block `Room` they also change where all
 * variables lie.
 */
export const programText = `${editionText(0)}
${roomText(0)}
PROGRAM Main
VAR
  Count : DINT;
  Version : DINT;
  Space : Room;
  Fast : BOOL;
  Pulse : BOOL;
  Text : STRING[24];
  TwinA : LINT; TwinB : LINT;
  Shared : LINT;
${Array.from({ length: writerCount }, (_, i) => `  Own${i + 1} : LINT;`).join('\n')}
  First : BOOL := TRUE;
  Restored : DINT := -1;
  Mixed : DINT;
  i : INT;
  InW AT %IW2 : INT;
  OutX AT %QX0.0 : BOOL;
  OutW AT %QW2 : INT;
END_VAR
VAR RETAIN
  Life : DINT;
  Block : ARRAY[0..${blockWords - 1}] OF DINT;
END_VAR
IF First THEN
  First := FALSE;
  Restored := Life;
  FOR i := 0 TO ${blockWords - 1} DO
    IF Block[i] <> Life * (i + 1) THEN Mixed := Mixed + 1; END_IF;
  END_FOR;
END_IF;
Count := Count + 1;
Version := Edition();
Life := Life + 1;
FOR i := 0 TO ${blockWords - 1} DO
  Block[i] := Life * (i + 1);
END_FOR;
Fast := NOT Fast;
Pulse := Count MOD 7 = 0;
Text := CONCAT('scan ', DINT_TO_STRING(Count));
OutX := Pulse;
OutW := InW + 1;
END_PROGRAM
`;

/** The function that engineers change: `number` is the edition. */
export function editionText(number: number): string {
  return `FUNCTION Edition : DINT\n  Edition := ${number};\nEND_FUNCTION`;
}

/** The block that takes up room in front of other variables: more or less of it. */
export function roomText(number: number): string {
  return `FUNCTION_BLOCK Room\n  VAR Words : ARRAY[0..${number % 50}] OF DINT; END_VAR\nEND_FUNCTION_BLOCK`;
}

/** What most watchers select: everything but the block. */
export const watchedVariables: readonly string[] = [
  'Main.Count',
  'Main.Fast',
  'Main.Pulse',
  'Main.Text',
  'Main.TwinA',
  'Main.TwinB',
  'Main.Shared',
  'Main.Own*',
  'Main.Restored',
  'Main.Mixed',
  'Main.Life',
  'Main.InW',
  'Main.OutX',
  'Main.OutW',
];
