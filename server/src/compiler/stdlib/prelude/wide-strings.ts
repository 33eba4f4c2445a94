import type { PreludePou } from '../standard-function.js';
import { preludeFunction as fn } from './pou.js';

/**
 * WSTRING helpers, as those for STRING (strings.ts) with UTF-16 units in place of bytes. CAP counts units. LEN, FIND and
 * positions count characters: a surrogate pair is one, and is never split.
 */
const out = 'DST : POINTER TO WORD; CAP : DINT; SRC : POINTER TO WORD;';
const out2 = 'DST : POINTER TO WORD; CAP : DINT; A, B : POINTER TO WORD;';

export const wideStrings: readonly PreludePou[] = [
  // Units that the first N characters of P take, or all characters where there are fewer.
  fn(
    '__WSTR_UNITS',
    'DINT',
    'P : POINTER TO WORD; N : DINT;',
    'U : DINT; C : WORD;',
    `
C := P^;
WHILE (N > 0) AND (C <> WORD#0) DO
  P := P + 2;
  U := U + 1;
  N := N - 1;
  IF (C AND WORD#16#FC00) = WORD#16#D800 THEN
    IF (P^ AND WORD#16#FC00) = WORD#16#DC00 THEN
      P := P + 2;
      U := U + 1;
    END_IF;
  END_IF;
  C := P^;
END_WHILE;
__WSTR_UNITS := U;`,
  ),
  fn(
    '__WSTR_LEN',
    'DINT',
    'P : POINTER TO WORD;',
    'N : DINT; C : WORD;',
    `
C := P^;
WHILE C <> WORD#0 DO
  P := P + 2;
  N := N + 1;
  IF (C AND WORD#16#FC00) = WORD#16#D800 THEN
    IF (P^ AND WORD#16#FC00) = WORD#16#DC00 THEN
      P := P + 2;
    END_IF;
  END_IF;
  C := P^;
END_WHILE;
__WSTR_LEN := N;`,
  ),
  fn(
    '__WSTR_COPY',
    'DINT',
    out,
    'N : DINT; Q : POINTER TO WORD;',
    `
Q := SRC;
WHILE (N < CAP) AND (Q^ <> WORD#0) DO
  Q := Q + 2;
  N := N + 1;
END_WHILE;
IF (N > 0) AND ((Q^ AND WORD#16#FC00) = WORD#16#DC00) THEN
  Q := Q - 2;
  IF (Q^ AND WORD#16#FC00) = WORD#16#D800 THEN
    N := N - 1;
  END_IF;
END_IF;
__MEMCPY(DST, SRC, N * 2);
Q := DST + N * 2;
Q^ := WORD#0;
__WSTR_COPY := N;`,
  ),
  fn(
    '__WSTR_APPEND',
    'DINT',
    'DST : POINTER TO WORD; AT_ : DINT; CAP : DINT; SRC : POINTER TO WORD;',
    '',
    `
IF AT_ >= CAP THEN
  __WSTR_APPEND := AT_;
ELSE
  __WSTR_APPEND := AT_ + __WSTR_COPY(DST + AT_ * 2, CAP - AT_, SRC);
END_IF;`,
  ),
  fn('__WSTR_CONCAT', 'DINT', out2, '', '__WSTR_CONCAT := __WSTR_APPEND(DST, __WSTR_COPY(DST, CAP, A), CAP, B);'),
  // The first U units.
  fn(
    '__WSTR_HEAD',
    'DINT',
    `${out} U : DINT;`,
    '',
    `
IF U < CAP THEN
  CAP := U;
END_IF;
IF CAP < 0 THEN
  CAP := 0;
END_IF;
__WSTR_HEAD := __WSTR_COPY(DST, CAP, SRC);`,
  ),
  fn('__WSTR_LEFT', 'DINT', `${out} L : DINT;`, '', '__WSTR_LEFT := __WSTR_HEAD(DST, CAP, SRC, __WSTR_UNITS(SRC, L));'),
  fn(
    '__WSTR_RIGHT',
    'DINT',
    `${out} L : DINT;`,
    'N : DINT;',
    `
N := __WSTR_LEN(SRC);
IF L < 0 THEN
  L := 0;
END_IF;
IF L < N THEN
  SRC := SRC + __WSTR_UNITS(SRC, N - L) * 2;
END_IF;
__WSTR_RIGHT := __WSTR_COPY(DST, CAP, SRC);`,
  ),
  fn(
    '__WSTR_MID',
    'DINT',
    `${out} L, P : DINT;`,
    '',
    `
IF P < 1 THEN
  L := 0;
ELSE
  SRC := SRC + __WSTR_UNITS(SRC, P - 1) * 2;
END_IF;
__WSTR_MID := __WSTR_LEFT(DST, CAP, SRC, L);`,
  ),
  fn(
    '__WSTR_INSERT',
    'DINT',
    `${out2} P : DINT;`,
    'U, K : DINT;',
    `
U := __WSTR_UNITS(A, P);
K := __WSTR_HEAD(DST, CAP, A, U);
K := __WSTR_APPEND(DST, K, CAP, B);
__WSTR_INSERT := __WSTR_APPEND(DST, K, CAP, A + U * 2);`,
  ),
  fn(
    '__WSTR_DELETE',
    'DINT',
    `${out} L, P : DINT;`,
    'U, K : DINT;',
    `
IF (P < 1) OR (L < 1) THEN
  __WSTR_DELETE := __WSTR_COPY(DST, CAP, SRC);
  RETURN;
END_IF;
U := __WSTR_UNITS(SRC, P - 1);
K := __WSTR_HEAD(DST, CAP, SRC, U);
SRC := SRC + U * 2;
__WSTR_DELETE := __WSTR_APPEND(DST, K, CAP, SRC + __WSTR_UNITS(SRC, L) * 2);`,
  ),
  fn(
    '__WSTR_REPLACE',
    'DINT',
    `${out2} L, P : DINT;`,
    'U, K : DINT;',
    `
IF P < 1 THEN
  __WSTR_REPLACE := __WSTR_COPY(DST, CAP, A);
  RETURN;
END_IF;
U := __WSTR_UNITS(A, P - 1);
K := __WSTR_HEAD(DST, CAP, A, U);
K := __WSTR_APPEND(DST, K, CAP, B);
A := A + U * 2;
__WSTR_REPLACE := __WSTR_APPEND(DST, K, CAP, A + __WSTR_UNITS(A, L) * 2);`,
  ),
  fn(
    '__WSTR_FIND',
    'DINT',
    'A, B : POINTER TO WORD;',
    'N : DINT; P, Q : POINTER TO WORD;',
    `
IF B^ = WORD#0 THEN
  RETURN;
END_IF;
WHILE A^ <> WORD#0 DO
  N := N + 1;
  IF A^ = B^ THEN
    P := A;
    Q := B;
    WHILE (Q^ <> WORD#0) AND (P^ = Q^) DO
      P := P + 2;
      Q := Q + 2;
    END_WHILE;
    IF Q^ = WORD#0 THEN
      __WSTR_FIND := N;
      RETURN;
    END_IF;
  END_IF;
  A := A + __WSTR_UNITS(A, 1) * 2;
END_WHILE;`,
  ),
  fn(
    '__WSTR_COMPARE',
    'DINT',
    'A, B : POINTER TO WORD;',
    '',
    `
WHILE (A^ = B^) AND (A^ <> WORD#0) DO
  A := A + 2;
  B := B + 2;
END_WHILE;
IF A^ < B^ THEN
  __WSTR_COMPARE := -1;
ELSIF A^ > B^ THEN
  __WSTR_COMPARE := 1;
END_IF;`,
  ),
  fn(
    '__WSTR_EQUAL',
    'BOOL',
    'A, B : POINTER TO WORD;',
    '',
    `
WHILE (A^ = B^) AND (A^ <> WORD#0) DO
  A := A + 2;
  B := B + 2;
END_WHILE;
__WSTR_EQUAL := A^ = B^;`,
  ),
  fn(
    '__WSTR_UPPER',
    'DINT',
    out,
    'N : DINT; C : WORD;',
    `
C := SRC^;
WHILE (N < CAP) AND (C <> WORD#0) DO
  IF ((C >= WORD#16#61) AND (C <= WORD#16#7A)) OR ((C >= WORD#16#E0) AND (C <= WORD#16#FE) AND (C <> WORD#16#F7)) THEN
    C := C XOR WORD#16#20;
  END_IF;
  DST^ := C;
  DST := DST + 2;
  SRC := SRC + 2;
  N := N + 1;
  C := SRC^;
END_WHILE;
DST^ := WORD#0;
__WSTR_UPPER := N;`,
  ),
  fn(
    '__WSTR_LOWER',
    'DINT',
    out,
    'N : DINT; C : WORD;',
    `
C := SRC^;
WHILE (N < CAP) AND (C <> WORD#0) DO
  IF ((C >= WORD#16#41) AND (C <= WORD#16#5A)) OR ((C >= WORD#16#C0) AND (C <= WORD#16#DE) AND (C <> WORD#16#D7)) THEN
    C := C XOR WORD#16#20;
  END_IF;
  DST^ := C;
  DST := DST + 2;
  SRC := SRC + 2;
  N := N + 1;
  C := SRC^;
END_WHILE;
DST^ := WORD#0;
__WSTR_LOWER := N;`,
  ),
  fn(
    '__WSTR_OF_CHAR',
    'DINT',
    'DST : POINTER TO WORD; C : WORD;',
    '',
    `
DST^ := C;
DST := DST + 2;
DST^ := WORD#0;
IF C <> WORD#0 THEN
  __WSTR_OF_CHAR := 1;
END_IF;`,
  ),
  fn(
    '__STR_TO_WSTR',
    'DINT',
    'DST : POINTER TO WORD; CAP : DINT; SRC : POINTER TO BYTE;',
    'N : DINT;',
    `
WHILE (N < CAP) AND (SRC^ <> BYTE#0) DO
  DST^ := BYTE_TO_WORD(SRC^);
  DST := DST + 2;
  SRC := SRC + 1;
  N := N + 1;
END_WHILE;
DST^ := WORD#0;
__STR_TO_WSTR := N;`,
  ),
  // Characters that Latin-1 lacks become '?', a surrogate pair one of them.
  fn(
    '__WSTR_TO_STR',
    'DINT',
    'DST : POINTER TO BYTE; CAP : DINT; SRC : POINTER TO WORD;',
    'N : DINT; C : WORD;',
    `
C := SRC^;
WHILE (N < CAP) AND (C <> WORD#0) DO
  IF C > WORD#16#FF THEN
    DST^ := BYTE#16#3F;
  ELSE
    DST^ := WORD_TO_BYTE(C);
  END_IF;
  DST := DST + 1;
  N := N + 1;
  SRC := SRC + __WSTR_UNITS(SRC, 1) * 2;
  C := SRC^;
END_WHILE;
DST^ := BYTE#0;
__WSTR_TO_STR := N;`,
  ),
];
