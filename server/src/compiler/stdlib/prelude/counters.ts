import type { PreludePou } from '../standard-function.js';
import type { Profile } from '../../profile.js';

/** Largest value of each type a counter may count in. */
const maxima = {
  INT: '32767',
  UINT: '65535',
  WORD: '65535',
  DINT: '2147483647',
  LINT: '9223372036854775807',
  UDINT: '4294967295',
  ULINT: '18446744073709551615',
} as const;
type CounterType = keyof typeof maxima;

/**
 * Counters (IEC 61131-3:2013, table 45). The least value, PVmin of the standard, is 0. RESET and LOAD are CODESYS' names
 * of R and LD. The profile says whether counting up ends at PV or at the type's greatest value (PVmax).
 */
export function counters(profile: Profile): readonly PreludePou[] {
  const plain: CounterType = profile.counterType;
  const typed: readonly CounterType[] = ['INT', 'UINT', 'DINT', 'LINT', 'UDINT', 'ULINT'];
  return [...forType('', plain, profile), ...typed.flatMap((type) => forType(`_${type}`, type, profile))];
}

function forType(suffix: string, type: CounterType, profile: Profile): readonly PreludePou[] {
  const top = profile.counterTop === 'preset' ? 'PV' : `${type === 'WORD' ? 'WORD' : type}#${maxima[type]}`;
  return [
    {
      name: `CTU${suffix}`,
      text: `FUNCTION_BLOCK CTU${suffix}
VAR_INPUT CU, R : BOOL; PV : ${type}; RESET : BOOL; END_VAR
VAR_OUTPUT Q : BOOL; CV : ${type}; END_VAR
VAR M : BOOL; END_VAR
IF R OR RESET THEN
  CV := 0;
ELSIF CU AND NOT M AND (CV < ${top}) THEN
  CV := CV + 1;
END_IF;
M := CU;
Q := CV >= PV;
END_FUNCTION_BLOCK
`,
    },
    {
      name: `CTD${suffix}`,
      text: `FUNCTION_BLOCK CTD${suffix}
VAR_INPUT CD, LD : BOOL; PV : ${type}; LOAD : BOOL; END_VAR
VAR_OUTPUT Q : BOOL; CV : ${type}; END_VAR
VAR M : BOOL; END_VAR
IF LD OR LOAD THEN
  CV := PV;
ELSIF CD AND NOT M AND (CV > 0) THEN
  CV := CV - 1;
END_IF;
M := CD;
Q := CV <= 0;
END_FUNCTION_BLOCK
`,
    },
    {
      name: `CTUD${suffix}`,
      text: `FUNCTION_BLOCK CTUD${suffix}
VAR_INPUT CU, CD, R, LD : BOOL; PV : ${type}; RESET, LOAD : BOOL; END_VAR
VAR_OUTPUT QU, QD : BOOL; CV : ${type}; END_VAR
VAR MU, MD : BOOL; UP, DOWN : BOOL; END_VAR
UP := CU AND NOT MU;
DOWN := CD AND NOT MD;
IF R OR RESET THEN
  CV := 0;
ELSIF LD OR LOAD THEN
  CV := PV;
ELSIF UP AND NOT DOWN AND (CV < ${top}) THEN
  CV := CV + 1;
ELSIF DOWN AND NOT UP AND (CV > 0) THEN
  CV := CV - 1;
END_IF;
MU := CU;
MD := CD;
QU := CV >= PV;
QD := CV <= 0;
END_FUNCTION_BLOCK
`,
    },
  ];
}
