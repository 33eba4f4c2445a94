import type { PreludePou } from '../standard-function.js';
import type { Profile } from '../../profile.js';

/** RTC and BLINK, and the closed-loop blocks: as in annex F of edition 2, or as in CODESYS' Util where the profile says so. */
export function processBlocks(profile: Profile): readonly PreludePou[] {
  const [own, other] = profile.processBlocks === 'util' ? [utilBlocks, annexBlocks] : [annexBlocks, utilBlocks];
  const names = new Set(own.map(({ name }) => name));
  return [...clockBlocks, ...sharedUtilBlocks, ...own, ...other.filter(({ name }) => !names.has(name))];
}

const clockBlocks: readonly PreludePou[] = [
  {
    name: 'RTC',
    text: `FUNCTION_BLOCK RTC
VAR_INPUT IN : BOOL; PDT : DT; END_VAR
VAR_OUTPUT Q : BOOL; CDT : DT; END_VAR
VAR M : BOOL; OFFSET : TIME; END_VAR
IF IN THEN
  IF NOT M THEN
    OFFSET := PDT - __DATE_NOW();
  END_IF;
  CDT := __DATE_NOW() + OFFSET;
END_IF;
Q := IN;
M := IN;
END_FUNCTION_BLOCK
`,
  },
  {
    // CODESYS Util: high first; while ENABLE is false nothing changes.
    name: 'BLINK',
    text: `FUNCTION_BLOCK BLINK
VAR_INPUT ENABLE : BOOL; TIMELOW, TIMEHIGH : TIME; END_VAR
VAR_OUTPUT OUT : BOOL; END_VAR
VAR M : BOOL; STARTED : TIME; END_VAR
IF ENABLE THEN
  IF NOT M THEN
    OUT := TRUE;
    STARTED := __NOW();
  ELSIF OUT THEN
    IF __NOW() - STARTED >= TIMEHIGH THEN
      OUT := FALSE;
      STARTED := __NOW();
    END_IF;
  ELSIF __NOW() - STARTED >= TIMELOW THEN
    OUT := TRUE;
    STARTED := __NOW();
  END_IF;
END_IF;
M := ENABLE;
END_FUNCTION_BLOCK
`,
  },
];

const annexBlocks: readonly PreludePou[] = [
  {
    name: 'INTEGRAL',
    text: `FUNCTION_BLOCK INTEGRAL
VAR_INPUT RUN, R1 : BOOL; XIN, X0 : REAL; CYCLE : TIME; END_VAR
VAR_OUTPUT Q : BOOL; XOUT : REAL; END_VAR
Q := NOT R1;
IF R1 THEN
  XOUT := X0;
ELSIF RUN THEN
  XOUT := XOUT + XIN * __SECONDS(CYCLE);
END_IF;
END_FUNCTION_BLOCK
`,
  },
  {
    name: 'DERIVATIVE',
    text: `FUNCTION_BLOCK DERIVATIVE
VAR_INPUT RUN : BOOL; XIN : REAL; CYCLE : TIME; END_VAR
VAR_OUTPUT XOUT : REAL; END_VAR
VAR X1, X2, X3 : REAL; END_VAR
IF RUN THEN
  XOUT := (REAL#3.0 * (XIN - X3) + X1 - X2) / (REAL#10.0 * __SECONDS(CYCLE));
  X3 := X2;
  X2 := X1;
  X1 := XIN;
ELSE
  XOUT := REAL#0.0;
  X1 := XIN;
  X2 := XIN;
  X3 := XIN;
END_IF;
END_FUNCTION_BLOCK
`,
  },
  {
    name: 'PID',
    text: `FUNCTION_BLOCK PID
VAR_INPUT AUTO : BOOL; PV, SP, X0, KP, TR, TD : REAL; CYCLE : TIME; END_VAR
VAR_OUTPUT XOUT : REAL; END_VAR
VAR ERROR : REAL; ITERM : INTEGRAL; DTERM : DERIVATIVE; END_VAR
ERROR := PV - SP;
ITERM(RUN := AUTO, R1 := NOT AUTO, XIN := ERROR, X0 := TR * (X0 - ERROR), CYCLE := CYCLE);
DTERM(RUN := AUTO, XIN := ERROR, CYCLE := CYCLE);
XOUT := KP * (ERROR + ITERM.XOUT / TR + DTERM.XOUT * TD);
END_FUNCTION_BLOCK
`,
  },
  {
    name: 'RAMP',
    text: `FUNCTION_BLOCK RAMP
VAR_INPUT RUN : BOOL; X0, X1 : REAL; TR, CYCLE : TIME; END_VAR
VAR_OUTPUT BUSY : BOOL; XOUT : REAL; END_VAR
VAR XI : REAL; T : TIME; END_VAR
BUSY := RUN;
IF RUN THEN
  IF T >= TR THEN
    BUSY := FALSE;
    XOUT := X1;
  ELSE
    XOUT := XI + (X1 - XI) * __SECONDS(T) / __SECONDS(TR);
    T := T + CYCLE;
  END_IF;
ELSE
  XOUT := X0;
  XI := X0;
  T := TIME#0s;
END_IF;
END_FUNCTION_BLOCK
`,
  },
  {
    name: 'HYSTERESIS',
    text: `FUNCTION_BLOCK HYSTERESIS
VAR_INPUT XIN1, XIN2, EPS : REAL; END_VAR
VAR_OUTPUT Q : BOOL; END_VAR
IF Q THEN
  IF XIN1 < XIN2 - EPS THEN
    Q := FALSE;
  END_IF;
ELSIF XIN1 > XIN2 + EPS THEN
  Q := TRUE;
END_IF;
END_FUNCTION_BLOCK
`,
  },
];

/** Blocks of CODESYS' Util library that no standard name collides with: in every profile. */
const sharedUtilBlocks: readonly PreludePou[] = [
  {
    name: 'LIN_TRAFO',
    text: `FUNCTION_BLOCK LIN_TRAFO
VAR_INPUT IN, IN_MIN, IN_MAX, OUT_MIN, OUT_MAX : REAL; END_VAR
VAR_OUTPUT OUT : REAL; ERROR : BOOL; END_VAR
ERROR := (IN_MIN = IN_MAX) OR (IN < IN_MIN) OR (IN > IN_MAX);
IF NOT ERROR THEN
  OUT := (IN - IN_MIN) / (IN_MAX - IN_MIN) * (OUT_MAX - OUT_MIN) + OUT_MIN;
END_IF;
END_FUNCTION_BLOCK
`,
  },
  {
    name: 'LIMITALARM',
    text: `FUNCTION_BLOCK LIMITALARM
VAR_INPUT IN, HIGH, LOW : INT; END_VAR
VAR_OUTPUT O, U, IL : BOOL; END_VAR
O := IN > HIGH;
U := IN < LOW;
IL := NOT (O OR U);
END_FUNCTION_BLOCK
`,
  },
  {
    name: 'UNPACK',
    text: `FUNCTION_BLOCK UNPACK
VAR_INPUT B : BYTE; END_VAR
VAR_OUTPUT B0, B1, B2, B3, B4, B5, B6, B7 : BOOL; END_VAR
B0 := (B AND BYTE#1) <> BYTE#0;
B1 := (B AND BYTE#2) <> BYTE#0;
B2 := (B AND BYTE#4) <> BYTE#0;
B3 := (B AND BYTE#8) <> BYTE#0;
B4 := (B AND BYTE#16) <> BYTE#0;
B5 := (B AND BYTE#32) <> BYTE#0;
B6 := (B AND BYTE#64) <> BYTE#0;
B7 := (B AND BYTE#128) <> BYTE#0;
END_FUNCTION_BLOCK
`,
  },
];

const utilBlocks: readonly PreludePou[] = [
  {
    name: 'INTEGRAL',
    text: `FUNCTION_BLOCK INTEGRAL
VAR_INPUT IN : REAL; TM : DWORD; RESET : BOOL; END_VAR
VAR_OUTPUT OUT : REAL; OVERFLOW : BOOL; END_VAR
IF RESET THEN
  OUT := REAL#0.0;
  OVERFLOW := FALSE;
ELSIF NOT OVERFLOW THEN
  OUT := OUT + IN * UDINT_TO_REAL(DWORD_TO_UDINT(TM));
  OVERFLOW := NOT IS_VALID(OUT);
END_IF;
END_FUNCTION_BLOCK
`,
  },
  {
    name: 'DERIVATIVE',
    text: `FUNCTION_BLOCK DERIVATIVE
VAR_INPUT IN : REAL; TM : DWORD; RESET : BOOL; END_VAR
VAR_OUTPUT OUT : REAL; END_VAR
VAR X1, X2, X3 : REAL; T1, T2 : REAL; PRIMED : BOOL; END_VAR
IF RESET OR NOT PRIMED THEN
  OUT := REAL#0.0;
  X1 := IN;
  X2 := IN;
  X3 := IN;
  T1 := REAL#0.0;
  T2 := REAL#0.0;
  PRIMED := TRUE;
ELSIF TM > DWORD#0 THEN
  OUT := (REAL#3.0 * (IN - X3) + X1 - X2) / (REAL#3.0 * T2 + REAL#4.0 * T1 + REAL#3.0 * UDINT_TO_REAL(DWORD_TO_UDINT(TM))) * REAL#1000.0;
  X3 := X2;
  X2 := X1;
  X1 := IN;
  T2 := T1;
  T1 := UDINT_TO_REAL(DWORD_TO_UDINT(TM));
END_IF;
END_FUNCTION_BLOCK
`,
  },
  {
    name: 'PID',
    text: `FUNCTION_BLOCK PID
VAR_INPUT ACTUAL, SET_POINT, KP, TN, TV, Y_MANUAL, Y_OFFSET, Y_MIN, Y_MAX : REAL; MANUAL, RESET : BOOL; END_VAR
VAR_OUTPUT Y : REAL; LIMITS_ACTIVE, OVERFLOW : BOOL; END_VAR
VAR ERROR, LAST_ERROR, SUM, DT_S, RAW : REAL; LAST : TIME; RUNNING : BOOL; END_VAR
ERROR := SET_POINT - ACTUAL;
IF RESET OR MANUAL OR NOT RUNNING THEN
  SUM := REAL#0.0;
  LAST_ERROR := ERROR;
  OVERFLOW := FALSE;
  LIMITS_ACTIVE := FALSE;
  RUNNING := NOT RESET AND NOT MANUAL;
  Y := SEL(MANUAL, Y_OFFSET, Y_MANUAL);
ELSE
  DT_S := __SECONDS(__NOW() - LAST);
  IF NOT LIMITS_ACTIVE THEN
    SUM := SUM + ERROR * DT_S;
  END_IF;
  RAW := ERROR;
  IF TN > REAL#0.0 THEN
    RAW := RAW + SUM / TN;
  END_IF;
  IF DT_S > REAL#0.0 THEN
    RAW := RAW + TV * (ERROR - LAST_ERROR) / DT_S;
  END_IF;
  Y := Y_OFFSET + KP * RAW;
  LAST_ERROR := ERROR;
  OVERFLOW := NOT IS_VALID(Y);
  LIMITS_ACTIVE := FALSE;
  IF Y_MAX > Y_MIN THEN
    LIMITS_ACTIVE := (Y > Y_MAX) OR (Y < Y_MIN);
    Y := LIMIT(Y_MIN, Y, Y_MAX);
  END_IF;
END_IF;
LAST := __NOW();
END_FUNCTION_BLOCK
`,
  },
  {
    name: 'RAMP_REAL',
    text: ramp('RAMP_REAL', 'REAL', '__SECONDS(__NOW() - LAST) / __SECONDS(TIMEBASE)'),
  },
  {
    name: 'RAMP_INT',
    text: ramp('RAMP_INT', 'INT', '__SECONDS(__NOW() - LAST) / __SECONDS(TIMEBASE)'),
  },
  {
    name: 'HYSTERESIS',
    text: `FUNCTION_BLOCK HYSTERESIS
VAR_INPUT IN, HIGH, LOW : INT; END_VAR
VAR_OUTPUT OUT : BOOL; END_VAR
IF IN < LOW THEN
  OUT := TRUE;
ELSIF IN > HIGH THEN
  OUT := FALSE;
END_IF;
END_FUNCTION_BLOCK
`,
  },
];

/** Follows IN by at most ASCEND or DESCEND per TIMEBASE; a TIMEBASE of 0 means per call. */
function ramp(name: string, type: 'REAL' | 'INT', elapsedBases: string): string {
  const toReal = type === 'REAL' ? '' : 'INT_TO_REAL';
  const fromReal = type === 'REAL' ? '' : 'REAL_TO_INT';
  return `FUNCTION_BLOCK ${name}
VAR_INPUT IN, ASCEND, DESCEND : ${type}; TIMEBASE : TIME; RESET : BOOL; END_VAR
VAR_OUTPUT OUT : ${type}; END_VAR
VAR VALUE, BASES : REAL; LAST : TIME; RUNNING : BOOL; END_VAR
IF RESET OR NOT RUNNING THEN
  VALUE := ${toReal}(IN);
  RUNNING := NOT RESET;
ELSE
  BASES := REAL#1.0;
  IF TIMEBASE > TIME#0s THEN
    BASES := ${elapsedBases};
  END_IF;
  VALUE := LIMIT(VALUE - ${toReal}(DESCEND) * BASES, ${toReal}(IN), VALUE + ${toReal}(ASCEND) * BASES);
END_IF;
OUT := ${fromReal}(VALUE);
LAST := __NOW();
END_FUNCTION_BLOCK
`;
}
