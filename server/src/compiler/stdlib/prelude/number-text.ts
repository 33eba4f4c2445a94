import type { PreludePou } from '../standard-function.js';
import { preludeFunction as fn } from './pou.js';

/** Numbers to STRING text and back. DST must have room for the longest text (21 characters for an integer); each returns the length. */
export const numberText: readonly PreludePou[] = [
  // Writes V in decimal with at least WIDTH digits at offset AT_ and returns the offset behind it; no NUL.
  fn(
    '__PUT_ULINT',
    'DINT',
    'DST : POINTER TO BYTE; AT_ : DINT; V : ULINT; WIDTH : DINT;',
    'N : DINT; U : ULINT; P : POINTER TO BYTE;',
    `
U := V;
N := 1;
WHILE U >= ULINT#10 DO
  U := U / ULINT#10;
  N := N + 1;
END_WHILE;
IF N < WIDTH THEN
  N := WIDTH;
END_IF;
P := DST + (AT_ + N);
__PUT_ULINT := AT_ + N;
WHILE N > 0 DO
  P := P - 1;
  U := V / ULINT#10;
  P^ := ULINT_TO_BYTE(V - U * ULINT#10 + ULINT#48);
  V := U;
  N := N - 1;
END_WHILE;`,
  ),
  fn(
    '__PUT_BYTE',
    'DINT',
    'DST : POINTER TO BYTE; AT_ : DINT; C : BYTE;',
    '',
    `
DST := DST + AT_;
DST^ := C;
__PUT_BYTE := AT_ + 1;`,
  ),
  fn(
    '__LINT_TO_STR',
    'DINT',
    'DST : POINTER TO BYTE; V : LINT;',
    'N : DINT; U : ULINT;',
    `
U := LINT_TO_ULINT(V);
IF V < LINT#0 THEN
  N := __PUT_BYTE(DST, 0, BYTE#16#2D);
  U := ULINT#0 - U;
END_IF;
N := __PUT_ULINT(DST, N, U, 1);
__LINT_TO_STR := __PUT_BYTE(DST, N, BYTE#0) - 1;`,
  ),
  fn(
    '__ULINT_TO_STR',
    'DINT',
    'DST : POINTER TO BYTE; V : ULINT;',
    '',
    `
__ULINT_TO_STR := __PUT_BYTE(DST, __PUT_ULINT(DST, 0, V, 1), BYTE#0) - 1;`,
  ),
  // 16#2A; LETTER is the code of A or a.
  fn(
    '__HEX_TO_STR',
    'DINT',
    'DST : POINTER TO BYTE; V : LWORD; LETTER : BYTE;',
    'N : DINT; SHIFT : DINT; D : BYTE;',
    `
N := __PUT_BYTE(DST, 0, BYTE#16#31);
N := __PUT_BYTE(DST, N, BYTE#16#36);
N := __PUT_BYTE(DST, N, BYTE#16#23);
SHIFT := 60;
WHILE (SHIFT > 0) AND (SHR(V, SHIFT) = LWORD#0) DO
  SHIFT := SHIFT - 4;
END_WHILE;
WHILE SHIFT >= 0 DO
  D := LWORD_TO_BYTE(SHR(V, SHIFT) AND LWORD#15);
  IF D < BYTE#10 THEN
    D := D OR BYTE#16#30;
  ELSE
    D := USINT_TO_BYTE(BYTE_TO_USINT(D) + BYTE_TO_USINT(LETTER) - USINT#10);
  END_IF;
  N := __PUT_BYTE(DST, N, D);
  SHIFT := SHIFT - 4;
END_WHILE;
__HEX_TO_STR := __PUT_BYTE(DST, N, BYTE#0) - 1;`,
  ),
  // Value of the leading integer: blanks, a typed prefix (INT#), a base (2# 8# 16#), a sign, digits and underscores.
  // Ends at the first other character; wraps at 64 bits; 0 where there is no digit.
  fn(
    '__STR_TO_LINT',
    'LINT',
    'P : POINTER TO BYTE;',
    'V : LINT; BASE : LINT; D : LINT; C : BYTE; MINUS : BOOL; Q : POINTER TO BYTE;',
    `
BASE := LINT#10;
Q := P;
WHILE (Q^ <> BYTE#0) AND (Q^ <> BYTE#16#23) DO
  Q := Q + 1;
END_WHILE;
C := P^;
IF (Q^ <> BYTE#0) AND (((C >= BYTE#16#41) AND (C <= BYTE#16#5A)) OR ((C >= BYTE#16#61) AND (C <= BYTE#16#7A))) THEN
  P := Q + 1;
  C := P^;
END_IF;
WHILE (C = BYTE#16#20) OR (C = BYTE#16#09) DO
  P := P + 1;
  C := P^;
END_WHILE;
MINUS := C = BYTE#16#2D;
IF MINUS OR (C = BYTE#16#2B) THEN
  P := P + 1;
  C := P^;
END_IF;
WHILE C <> BYTE#0 DO
  IF C = BYTE#16#23 THEN
    IF (V <> LINT#2) AND (V <> LINT#8) AND (V <> LINT#16) THEN
      EXIT;
    END_IF;
    BASE := V;
    V := LINT#0;
  ELSIF C <> BYTE#16#5F THEN
    D := LINT#99;
    IF (C >= BYTE#16#30) AND (C <= BYTE#16#39) THEN
      D := BYTE_TO_LINT(C) - LINT#48;
    ELSIF (C >= BYTE#16#41) AND (C <= BYTE#16#46) THEN
      D := BYTE_TO_LINT(C) - LINT#55;
    ELSIF (C >= BYTE#16#61) AND (C <= BYTE#16#66) THEN
      D := BYTE_TO_LINT(C) - LINT#87;
    END_IF;
    IF D >= BASE THEN
      EXIT;
    END_IF;
    V := V * BASE + D;
  END_IF;
  P := P + 1;
  C := P^;
END_WHILE;
IF MINUS THEN
  V := LINT#0 - V;
END_IF;
__STR_TO_LINT := V;`,
  ),
  // TRUE in any case, or a number other than 0.
  fn(
    '__STR_TO_BOOL',
    'BOOL',
    'P : POINTER TO BYTE;',
    'Q : POINTER TO BYTE;',
    `
WHILE P^ = BYTE#16#20 DO
  P := P + 1;
END_WHILE;
Q := P + 1;
IF ((P^ OR BYTE#16#20) = BYTE#16#74) AND ((Q^ OR BYTE#16#20) = BYTE#16#72) THEN
  Q := P + 2;
  P := P + 3;
  __STR_TO_BOOL := ((Q^ OR BYTE#16#20) = BYTE#16#75) AND ((P^ OR BYTE#16#20) = BYTE#16#65);
ELSE
  __STR_TO_BOOL := __STR_TO_LINT(P) <> LINT#0;
END_IF;`,
  ),
  // Rewrites the shortest decimal text of a number as C's %.10g does: ten significant digits, rounded half up on the text.
  fn(
    '__TEN_DIGITS',
    'DINT',
    'DST : POINTER TO BYTE; SRC : POINTER TO BYTE;',
    'V : ULINT; DIGITS, EXP10, N, K, E : DINT; C : BYTE; POINT, STARTED, ROUNDED : BOOL; MINUS : BOOL; Q : POINTER TO BYTE; D : ULINT;',
    `
C := SRC^;
MINUS := C = BYTE#16#2D;
IF MINUS THEN
  SRC := SRC + 1;
  C := SRC^;
END_IF;
IF (C = BYTE#16#4E) OR (C = BYTE#16#49) THEN
  IF MINUS THEN
    N := __PUT_BYTE(DST, 0, BYTE#16#2D);
  END_IF;
  IF C = BYTE#16#4E THEN
    N := __PUT_BYTE(DST, N, BYTE#16#6E);
    N := __PUT_BYTE(DST, N, BYTE#16#61);
    N := __PUT_BYTE(DST, N, BYTE#16#6E);
  ELSE
    N := __PUT_BYTE(DST, N, BYTE#16#69);
    N := __PUT_BYTE(DST, N, BYTE#16#6E);
    N := __PUT_BYTE(DST, N, BYTE#16#66);
  END_IF;
  __TEN_DIGITS := __PUT_BYTE(DST, N, BYTE#0) - 1;
  RETURN;
END_IF;
(* V: the first ten significant digits; EXP10: power of ten of the first of them *)
EXP10 := -1;
WHILE ((C >= BYTE#16#30) AND (C <= BYTE#16#39)) OR (C = BYTE#16#2E) DO
  IF C = BYTE#16#2E THEN
    POINT := TRUE;
  ELSE
    D := BYTE_TO_ULINT(C) - ULINT#48;
    IF (D <> ULINT#0) OR STARTED THEN
      STARTED := TRUE;
      IF NOT POINT THEN
        EXP10 := EXP10 + 1;
      END_IF;
      IF DIGITS < 10 THEN
        V := V * ULINT#10 + D;
        DIGITS := DIGITS + 1;
      ELSIF NOT ROUNDED THEN
        ROUNDED := TRUE;
        IF D >= ULINT#5 THEN
          V := V + ULINT#1;
        END_IF;
      END_IF;
    ELSIF POINT THEN
      EXP10 := EXP10 - 1;
    END_IF;
  END_IF;
  SRC := SRC + 1;
  C := SRC^;
END_WHILE;
IF (C = BYTE#16#65) OR (C = BYTE#16#45) THEN
  EXP10 := EXP10 + LINT_TO_DINT(__STR_TO_LINT(SRC + 1));
END_IF;
IF NOT STARTED THEN
  EXP10 := 0;
  V := ULINT#0;
  DIGITS := 1;
END_IF;
WHILE DIGITS < 10 DO
  V := V * ULINT#10;
  DIGITS := DIGITS + 1;
END_WHILE;
IF V >= ULINT#10000000000 THEN
  V := V / ULINT#10;
  EXP10 := EXP10 + 1;
END_IF;
WHILE (DIGITS > 1) AND (V MOD ULINT#10 = ULINT#0) DO
  V := V / ULINT#10;
  DIGITS := DIGITS - 1;
END_WHILE;
IF MINUS THEN
  N := __PUT_BYTE(DST, N, BYTE#16#2D);
END_IF;
IF (EXP10 < -4) OR (EXP10 >= 10) THEN
  (* d.ddde+XX: write the digits, then move the fraction by one for the point *)
  K := N;
  N := __PUT_ULINT(DST, N, V, DIGITS);
  IF DIGITS > 1 THEN
    Q := DST + (K + 1);
    __MEMCPY(Q + 1, Q, DIGITS - 1);
    Q^ := BYTE#16#2E;
    N := N + 1;
  END_IF;
  N := __PUT_BYTE(DST, N, BYTE#16#65);
  E := EXP10;
  IF E < 0 THEN
    N := __PUT_BYTE(DST, N, BYTE#16#2D);
    E := 0 - E;
  ELSE
    N := __PUT_BYTE(DST, N, BYTE#16#2B);
  END_IF;
  N := __PUT_ULINT(DST, N, DINT_TO_ULINT(E), 2);
ELSIF EXP10 < 0 THEN
  N := __PUT_BYTE(DST, N, BYTE#16#30);
  N := __PUT_BYTE(DST, N, BYTE#16#2E);
  N := __PUT_ULINT(DST, N, V, DIGITS - EXP10 - 1);
ELSE
  K := N;
  WHILE DIGITS <= EXP10 DO
    V := V * ULINT#10;
    DIGITS := DIGITS + 1;
  END_WHILE;
  N := __PUT_ULINT(DST, N, V, DIGITS);
  IF DIGITS > EXP10 + 1 THEN
    Q := DST + (K + EXP10 + 1);
    __MEMCPY(Q + 1, Q, DIGITS - EXP10 - 1);
    Q^ := BYTE#16#2E;
    N := N + 1;
  END_IF;
END_IF;
__TEN_DIGITS := __PUT_BYTE(DST, N, BYTE#0) - 1;`,
  ),
];
