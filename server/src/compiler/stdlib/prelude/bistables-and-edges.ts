import type { PreludePou } from '../standard-function.js';
import type { Profile } from '../../profile.js';

/**
 * Bistables and edge detectors (IEC 61131-3:2013, tables 43 and 44). The inputs that CODESYS calls SET1, RESET, SET and
 * RESET1 follow the standard ones and are ORed with them, so that both spellings work everywhere.
 */
export function bistablesAndEdges(profile: Profile): readonly PreludePou[] {
  return [
    {
      name: 'SR',
      text: `FUNCTION_BLOCK SR
VAR_INPUT S1, R : BOOL; SET1, RESET : BOOL; END_VAR
VAR_OUTPUT Q1 : BOOL; END_VAR
Q1 := S1 OR SET1 OR (Q1 AND NOT (R OR RESET));
END_FUNCTION_BLOCK
`,
    },
    {
      name: 'RS',
      text: `FUNCTION_BLOCK RS
VAR_INPUT S, R1 : BOOL; SET, RESET1 : BOOL; END_VAR
VAR_OUTPUT Q1 : BOOL; END_VAR
Q1 := NOT (R1 OR RESET1) AND (S OR SET OR Q1);
END_FUNCTION_BLOCK
`,
    },
    {
      name: 'R_TRIG',
      text: `FUNCTION_BLOCK R_TRIG
VAR_INPUT CLK : BOOL; END_VAR
VAR_OUTPUT Q : BOOL; END_VAR
VAR M : BOOL; END_VAR
Q := CLK AND NOT M;
M := CLK;
END_FUNCTION_BLOCK
`,
    },
    {
      name: 'F_TRIG',
      text: `FUNCTION_BLOCK F_TRIG
VAR_INPUT CLK : BOOL; END_VAR
VAR_OUTPUT Q : BOOL; END_VAR
VAR M : BOOL := ${profile.fTrigFirstCall === 'pulse' ? 'TRUE' : 'FALSE'}; END_VAR
Q := M AND NOT CLK;
M := CLK;
END_FUNCTION_BLOCK
`,
    },
    {
      name: 'SEMA',
      text: `FUNCTION_BLOCK SEMA
VAR_INPUT CLAIM, RELEASE : BOOL; END_VAR
VAR_OUTPUT BUSY : BOOL; END_VAR
VAR X : BOOL; END_VAR
BUSY := X;
IF CLAIM THEN
  X := TRUE;
ELSIF RELEASE THEN
  BUSY := FALSE;
  X := FALSE;
END_IF;
END_FUNCTION_BLOCK
`,
    },
  ];
}
