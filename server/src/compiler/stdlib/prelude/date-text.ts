import type { PreludePou } from '../standard-function.js';
import { preludeFunction as fn } from './pou.js';

/** Calendar, and durations and dates to STRING text and back. All are i64 nanoseconds here; DAYS count from 1970-01-01. */
const nsPerDay = 'LINT#86400000000000';

export const dateText: readonly PreludePou[] = [
  // Days of a date of the proleptic Gregorian calendar; months beyond 1..12 and days beyond the month carry over.
  fn(
    '__DAYS_OF',
    'LINT',
    'Y, M, D : LINT;',
    'ERA, YOE, DOY : LINT;',
    `
Y := Y + __FLOOR_DIV(M - LINT#1, LINT#12);
M := M - LINT#1 - __FLOOR_DIV(M - LINT#1, LINT#12) * LINT#12;
(* years begin in March *)
M := M - LINT#2;
IF M < LINT#0 THEN
  M := M + LINT#12;
  Y := Y - LINT#1;
END_IF;
ERA := __FLOOR_DIV(Y, LINT#400);
YOE := Y - ERA * LINT#400;
DOY := (M * LINT#153 + LINT#2) / LINT#5 + D - LINT#1;
__DAYS_OF := ERA * LINT#146097 + YOE * LINT#365 + YOE / LINT#4 - YOE / LINT#100 + DOY - LINT#719468;`,
  ),
  // year * 10000 + month * 100 + day of a day (years from 0 on).
  fn(
    '__YMD_OF',
    'LINT',
    'DAYS : LINT;',
    'ERA, DOE, YOE, DOY, MP, Y, M, D : LINT;',
    `
DAYS := DAYS + LINT#719468;
ERA := __FLOOR_DIV(DAYS, LINT#146097);
DOE := DAYS - ERA * LINT#146097;
YOE := (DOE - DOE / LINT#1460 + DOE / LINT#36524 - DOE / LINT#146096) / LINT#365;
DOY := DOE - (YOE * LINT#365 + YOE / LINT#4 - YOE / LINT#100);
MP := (DOY * LINT#5 + LINT#2) / LINT#153;
D := DOY - (MP * LINT#153 + LINT#2) / LINT#5 + LINT#1;
Y := YOE + ERA * LINT#400;
M := MP + LINT#3;
IF M > LINT#12 THEN
  M := M - LINT#12;
  Y := Y + LINT#1;
END_IF;
__YMD_OF := Y * LINT#10000 + M * LINT#100 + D;`,
  ),
  fn(
    '__FLOOR_DIV',
    'LINT',
    'A, B : LINT;',
    '',
    `
__FLOOR_DIV := A / B;
IF (A < LINT#0) AND (A MOD B <> LINT#0) THEN
  __FLOOR_DIV := __FLOOR_DIV - LINT#1;
END_IF;`,
  ),
  // PREFIX, then d h m s ms us ns. LEADING: as MATIEC, 0d0h0m1s500ms, ended where all that follows is 0.
  fn(
    '__TIME_TO_STR',
    'DINT',
    'DST : POINTER TO BYTE; PREFIX : POINTER TO BYTE; V : LINT; LEADING : BOOL;',
    'N : DINT; U, Q : ULINT;',
    `
N := __STR_COPY(DST, 16, PREFIX);
U := LINT_TO_ULINT(V);
IF V < LINT#0 THEN
  N := __PUT_BYTE(DST, N, BYTE#16#2D);
  U := ULINT#0 - U;
END_IF;
Q := U / ULINT#86400000000000;
U := U - Q * ULINT#86400000000000;
IF LEADING OR (Q > ULINT#0) THEN
  N := __PUT_BYTE(DST, __PUT_ULINT(DST, N, Q, 1), BYTE#16#64);
END_IF;
Q := U / ULINT#3600000000000;
IF (Q > ULINT#0) OR (LEADING AND (U > ULINT#0)) THEN
  N := __PUT_BYTE(DST, __PUT_ULINT(DST, N, Q, 1), BYTE#16#68);
END_IF;
U := U - Q * ULINT#3600000000000;
Q := U / ULINT#60000000000;
IF (Q > ULINT#0) OR (LEADING AND (U > ULINT#0)) THEN
  N := __PUT_BYTE(DST, __PUT_ULINT(DST, N, Q, 1), BYTE#16#6D);
END_IF;
U := U - Q * ULINT#60000000000;
Q := U / ULINT#1000000000;
IF (Q > ULINT#0) OR (LEADING AND (U > ULINT#0)) THEN
  N := __PUT_BYTE(DST, __PUT_ULINT(DST, N, Q, 1), BYTE#16#73);
END_IF;
U := U - Q * ULINT#1000000000;
IF LEADING THEN
  IF U > ULINT#0 THEN
    N := __PUT_MS(DST, N, U);
  END_IF;
ELSE
  Q := U / ULINT#1000000;
  U := U - Q * ULINT#1000000;
  IF (Q > ULINT#0) OR (V = LINT#0) THEN
    N := __PUT_BYTE(DST, __PUT_BYTE(DST, __PUT_ULINT(DST, N, Q, 1), BYTE#16#6D), BYTE#16#73);
  END_IF;
  Q := U / ULINT#1000;
  U := U - Q * ULINT#1000;
  IF Q > ULINT#0 THEN
    N := __PUT_BYTE(DST, __PUT_BYTE(DST, __PUT_ULINT(DST, N, Q, 1), BYTE#16#75), BYTE#16#73);
  END_IF;
  IF U > ULINT#0 THEN
    N := __PUT_BYTE(DST, __PUT_BYTE(DST, __PUT_ULINT(DST, N, U, 1), BYTE#16#6E), BYTE#16#73);
  END_IF;
END_IF;
__TIME_TO_STR := __PUT_BYTE(DST, N, BYTE#0) - 1;`,
  ),
  // Milliseconds of U < 1 s in nanoseconds, six significant digits as C's %g, and "ms".
  fn(
    '__PUT_MS',
    'DINT',
    'DST : POINTER TO BYTE; AT_ : DINT; U : ULINT;',
    'ROUND : ULINT;',
    `
ROUND := ULINT#1;
IF U >= ULINT#100000000 THEN
  ROUND := ULINT#1000;
ELSIF U >= ULINT#10000000 THEN
  ROUND := ULINT#100;
ELSIF U >= ULINT#1000000 THEN
  ROUND := ULINT#10;
END_IF;
U := (U + ROUND / ULINT#2) / ROUND * ROUND;
AT_ := __PUT_ULINT(DST, AT_, U / ULINT#1000000, 1);
AT_ := __PUT_FRACTION(DST, AT_, U MOD ULINT#1000000, 6);
__PUT_MS := __PUT_BYTE(DST, __PUT_BYTE(DST, AT_, BYTE#16#6D), BYTE#16#73);`,
  ),
  // Point and the WIDTH digits of F without trailing zeros; nothing where F is 0.
  fn(
    '__PUT_FRACTION',
    'DINT',
    'DST : POINTER TO BYTE; AT_ : DINT; F : ULINT; WIDTH : DINT;',
    '',
    `
__PUT_FRACTION := AT_;
IF F > ULINT#0 THEN
  WHILE F MOD ULINT#10 = ULINT#0 DO
    F := F / ULINT#10;
    WIDTH := WIDTH - 1;
  END_WHILE;
  __PUT_FRACTION := __PUT_ULINT(DST, __PUT_BYTE(DST, AT_, BYTE#16#2E), F, WIDTH);
END_IF;`,
  ),
  fn(
    '__PUT_DATE',
    'DINT',
    'DST : POINTER TO BYTE; AT_ : DINT; V : LINT;',
    'YMD : ULINT;',
    `
YMD := LINT_TO_ULINT(__YMD_OF(__FLOOR_DIV(V, ${nsPerDay})));
AT_ := __PUT_ULINT(DST, AT_, YMD / ULINT#10000, 4);
AT_ := __PUT_ULINT(DST, __PUT_BYTE(DST, AT_, BYTE#16#2D), YMD / ULINT#100 MOD ULINT#100, 2);
__PUT_DATE := __PUT_ULINT(DST, __PUT_BYTE(DST, AT_, BYTE#16#2D), YMD MOD ULINT#100, 2);`,
  ),
  // hh:mm:ss and the fraction of a second, if any; MICROS: six digits of it, as MATIEC.
  fn(
    '__PUT_TOD',
    'DINT',
    'DST : POINTER TO BYTE; AT_ : DINT; V : LINT; MICROS : BOOL;',
    'U : ULINT;',
    `
U := LINT_TO_ULINT(V - __FLOOR_DIV(V, ${nsPerDay}) * ${nsPerDay});
IF MICROS AND (U MOD ULINT#1000000000 > ULINT#0) THEN
  U := (U + ULINT#500) / ULINT#1000 * ULINT#1000;
END_IF;
AT_ := __PUT_ULINT(DST, AT_, U / ULINT#3600000000000, 2);
AT_ := __PUT_ULINT(DST, __PUT_BYTE(DST, AT_, BYTE#16#3A), U / ULINT#60000000000 MOD ULINT#60, 2);
AT_ := __PUT_ULINT(DST, __PUT_BYTE(DST, AT_, BYTE#16#3A), U / ULINT#1000000000 MOD ULINT#60, 2);
IF MICROS THEN
  IF V MOD LINT#1000000000 <> LINT#0 THEN
    AT_ := __PUT_ULINT(DST, __PUT_BYTE(DST, AT_, BYTE#16#2E), U MOD ULINT#1000000000 / ULINT#1000, 6);
  END_IF;
ELSE
  AT_ := __PUT_FRACTION(DST, AT_, U MOD ULINT#1000000000, 9);
END_IF;
__PUT_TOD := AT_;`,
  ),
  fn(
    '__DATE_TO_STR',
    'DINT',
    'DST : POINTER TO BYTE; PREFIX : POINTER TO BYTE; V : LINT;',
    '',
    `
__DATE_TO_STR := __PUT_BYTE(DST, __PUT_DATE(DST, __STR_COPY(DST, 16, PREFIX), V), BYTE#0) - 1;`,
  ),
  fn(
    '__TOD_TO_STR',
    'DINT',
    'DST : POINTER TO BYTE; PREFIX : POINTER TO BYTE; V : LINT; MICROS : BOOL;',
    '',
    `
__TOD_TO_STR := __PUT_BYTE(DST, __PUT_TOD(DST, __STR_COPY(DST, 16, PREFIX), V, MICROS), BYTE#0) - 1;`,
  ),
  fn(
    '__DT_TO_STR',
    'DINT',
    'DST : POINTER TO BYTE; PREFIX : POINTER TO BYTE; V : LINT; MICROS : BOOL;',
    'N : DINT;',
    `
N := __PUT_DATE(DST, __STR_COPY(DST, 16, PREFIX), V);
N := __PUT_TOD(DST, __PUT_BYTE(DST, N, BYTE#16#2D), V, MICROS);
__DT_TO_STR := __PUT_BYTE(DST, N, BYTE#0) - 1;`,
  ),
  // A duration literal with or without prefix, T#-1d2h3m4.5s; a bare number counts in UNIT nanoseconds. Ends at what does not fit.
  fn(
    '__STR_TO_TIME',
    'LINT',
    'P : POINTER TO BYTE; UNIT : LINT;',
    'SUM, V, FRAC, SCALE, U : LINT; C : BYTE; MINUS, ANY : BOOL; Q : POINTER TO BYTE;',
    `
P := __AFTER_HASH(P);
C := P^;
MINUS := C = BYTE#16#2D;
IF MINUS OR (C = BYTE#16#2B) THEN
  P := P + 1;
  C := P^;
END_IF;
WHILE ((C >= BYTE#16#30) AND (C <= BYTE#16#39)) OR (C = BYTE#16#2E) DO
  V := LINT#0;
  FRAC := LINT#0;
  SCALE := LINT#1;
  WHILE ((C >= BYTE#16#30) AND (C <= BYTE#16#39)) OR (C = BYTE#16#5F) DO
    IF C <> BYTE#16#5F THEN
      V := V * LINT#10 + BYTE_TO_LINT(C) - LINT#48;
    END_IF;
    P := P + 1;
    C := P^;
  END_WHILE;
  IF C = BYTE#16#2E THEN
    P := P + 1;
    C := P^;
    WHILE (C >= BYTE#16#30) AND (C <= BYTE#16#39) DO
      IF SCALE < LINT#100000 THEN
        FRAC := FRAC * LINT#10 + BYTE_TO_LINT(C) - LINT#48;
        SCALE := SCALE * LINT#10;
      END_IF;
      P := P + 1;
      C := P^;
    END_WHILE;
  END_IF;
  (* unit, either case *)
  C := C OR BYTE#16#20;
  Q := P + 1;
  U := LINT#0;
  IF C = BYTE#16#64 THEN
    U := ${nsPerDay};
  ELSIF C = BYTE#16#68 THEN
    U := LINT#3600000000000;
  ELSIF (Q^ OR BYTE#16#20) = BYTE#16#73 THEN
    IF C = BYTE#16#6D THEN
      U := LINT#1000000;
    ELSIF C = BYTE#16#75 THEN
      U := LINT#1000;
    ELSIF C = BYTE#16#6E THEN
      U := LINT#1;
    END_IF;
    P := Q;
  ELSIF C = BYTE#16#6D THEN
    U := LINT#60000000000;
  ELSIF C = BYTE#16#73 THEN
    U := LINT#1000000000;
  END_IF;
  IF U = LINT#0 THEN
    IF NOT ANY THEN
      SUM := V * UNIT + FRAC * UNIT / SCALE;
    END_IF;
    EXIT;
  END_IF;
  ANY := TRUE;
  SUM := SUM + V * U + FRAC * U / SCALE;
  P := P + 1;
  C := P^;
  WHILE C = BYTE#16#5F DO
    P := P + 1;
    C := P^;
  END_WHILE;
END_WHILE;
IF MINUS THEN
  SUM := LINT#0 - SUM;
END_IF;
__STR_TO_TIME := SUM;`,
  ),
  // Behind the first '#', or behind leading blanks where there is none.
  fn(
    '__AFTER_HASH',
    'POINTER TO BYTE',
    'P : POINTER TO BYTE;',
    'Q : POINTER TO BYTE;',
    `
Q := P;
WHILE (Q^ <> BYTE#0) AND (Q^ <> BYTE#16#23) DO
  Q := Q + 1;
END_WHILE;
IF Q^ <> BYTE#0 THEN
  P := Q + 1;
END_IF;
WHILE P^ = BYTE#16#20 DO
  P := P + 1;
END_WHILE;
__AFTER_HASH := P;`,
  ),
  // Numbers separated by single characters. KIND 0: y-m-d; 1: h:m:s.f; 2: y-m-d-h:m:s.f. Nanoseconds.
  fn(
    '__STR_TO_DT',
    'LINT',
    'P : POINTER TO BYTE; KIND : DINT;',
    'V, Y, M, D, H, MI, S, F, SCALE : LINT; K : DINT; C : BYTE;',
    `
P := __AFTER_HASH(P);
K := 0;
IF KIND = 1 THEN
  K := 3;
END_IF;
C := P^;
WHILE (C >= BYTE#16#30) AND (C <= BYTE#16#39) AND (K < 6) DO
  V := LINT#0;
  WHILE (C >= BYTE#16#30) AND (C <= BYTE#16#39) DO
    V := V * LINT#10 + BYTE_TO_LINT(C) - LINT#48;
    P := P + 1;
    C := P^;
  END_WHILE;
  CASE K OF
    0: Y := V;
    1: M := V;
    2: D := V;
    3: H := V;
    4: MI := V;
    5: S := V;
  END_CASE;
  K := K + 1;
  IF (K = 6) AND (C = BYTE#16#2E) THEN
    SCALE := LINT#1000000000;
    P := P + 1;
    C := P^;
    WHILE (C >= BYTE#16#30) AND (C <= BYTE#16#39) AND (SCALE > LINT#1) DO
      SCALE := SCALE / LINT#10;
      F := F + (BYTE_TO_LINT(C) - LINT#48) * SCALE;
      P := P + 1;
      C := P^;
    END_WHILE;
  END_IF;
  IF C = BYTE#0 THEN
    EXIT;
  END_IF;
  P := P + 1;
  C := P^;
END_WHILE;
IF (KIND = 0) OR (KIND = 2) THEN
  IF K >= 3 THEN
    __STR_TO_DT := __DAYS_OF(Y, M, D) * ${nsPerDay};
  ELSE
    RETURN;
  END_IF;
END_IF;
IF KIND > 0 THEN
  __STR_TO_DT := __STR_TO_DT + (H * LINT#3600 + MI * LINT#60 + S) * LINT#1000000000 + F;
END_IF;`,
  ),
];
