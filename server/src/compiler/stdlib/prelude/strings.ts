import type { PreludePou } from '../standard-function.js';
import { preludeFunction as fn } from './pou.js';

/**
 * STRING helpers. Strings are addresses of NUL-terminated bytes; CAP is the most characters DST takes beside the NUL.
 * Functions that write return the length written. DST must not lie within a source, except in __STR_COPY.
 * Positions count from 1. Out-of-range arguments: see docs/profiles/iec.md.
 */
const out = 'DST : POINTER TO BYTE; CAP : DINT; SRC : POINTER TO BYTE;';
const out2 = 'DST : POINTER TO BYTE; CAP : DINT; A, B : POINTER TO BYTE;';

export const strings: readonly PreludePou[] = [
  fn(
    '__STR_LEN',
    'DINT',
    'P : POINTER TO BYTE;',
    'N : DINT;',
    `
WHILE P^ <> BYTE#0 DO
  P := P + 1;
  N := N + 1;
END_WHILE;
__STR_LEN := N;`,
  ),
  fn(
    '__STR_COPY',
    'DINT',
    out,
    'N : DINT; Q : POINTER TO BYTE;',
    `
Q := SRC;
WHILE (N < CAP) AND (Q^ <> BYTE#0) DO
  Q := Q + 1;
  N := N + 1;
END_WHILE;
__MEMCPY(DST, SRC, N);
Q := DST + N;
Q^ := BYTE#0;
__STR_COPY := N;`,
  ),
  // Writes SRC at offset AT, the present length of DST.
  fn(
    '__STR_APPEND',
    'DINT',
    'DST : POINTER TO BYTE; AT_ : DINT; CAP : DINT; SRC : POINTER TO BYTE;',
    '',
    `
IF AT_ >= CAP THEN
  __STR_APPEND := AT_;
ELSE
  __STR_APPEND := AT_ + __STR_COPY(DST + AT_, CAP - AT_, SRC);
END_IF;`,
  ),
  fn('__STR_CONCAT', 'DINT', out2, '', '__STR_CONCAT := __STR_APPEND(DST, __STR_COPY(DST, CAP, A), CAP, B);'),
  fn(
    '__STR_LEFT',
    'DINT',
    `${out} L : DINT;`,
    '',
    `
IF L < CAP THEN
  CAP := L;
END_IF;
IF CAP < 0 THEN
  CAP := 0;
END_IF;
__STR_LEFT := __STR_COPY(DST, CAP, SRC);`,
  ),
  fn(
    '__STR_RIGHT',
    'DINT',
    `${out} L : DINT;`,
    'N : DINT;',
    `
N := __STR_LEN(SRC);
IF L < 0 THEN
  L := 0;
END_IF;
IF L < N THEN
  SRC := SRC + (N - L);
END_IF;
__STR_RIGHT := __STR_COPY(DST, CAP, SRC);`,
  ),
  // P < 1 or beyond the end, L < 1: empty.
  fn(
    '__STR_MID',
    'DINT',
    `${out} L, P : DINT;`,
    '',
    `
IF (P < 1) OR (P > __STR_LEN(SRC)) THEN
  L := 0;
ELSE
  SRC := SRC + (P - 1);
END_IF;
__STR_MID := __STR_LEFT(DST, CAP, SRC, L);`,
  ),
  // Behind character P of A; P < 0 counts as 0, P beyond the end appends.
  fn(
    '__STR_INSERT',
    'DINT',
    `${out2} P : DINT;`,
    'N, K : DINT;',
    `
N := __STR_LEN(A);
IF P < 0 THEN
  P := 0;
ELSIF P > N THEN
  P := N;
END_IF;
K := __STR_LEFT(DST, CAP, A, P);
K := __STR_APPEND(DST, K, CAP, B);
__STR_INSERT := __STR_APPEND(DST, K, CAP, A + P);`,
  ),
  // P < 1 or beyond the end, L < 1: unchanged.
  fn(
    '__STR_DELETE',
    'DINT',
    `${out} L, P : DINT;`,
    'N, K : DINT;',
    `
N := __STR_LEN(SRC);
IF (P < 1) OR (P > N) OR (L < 1) THEN
  __STR_DELETE := __STR_COPY(DST, CAP, SRC);
  RETURN;
END_IF;
K := __STR_LEFT(DST, CAP, SRC, P - 1);
IF L > N - P THEN
  L := N - P + 1;
END_IF;
__STR_DELETE := __STR_APPEND(DST, K, CAP, SRC + (P - 1 + L));`,
  ),
  // P < 1 leaves A; P beyond the end appends B; L < 1 inserts B before character P.
  fn(
    '__STR_REPLACE',
    'DINT',
    `${out2} L, P : DINT;`,
    'N, K : DINT;',
    `
N := __STR_LEN(A);
IF P < 1 THEN
  __STR_REPLACE := __STR_COPY(DST, CAP, A);
  RETURN;
END_IF;
IF P > N THEN
  P := N + 1;
END_IF;
IF L < 0 THEN
  L := 0;
ELSIF L > N - P THEN
  L := N - P + 1;
END_IF;
K := __STR_LEFT(DST, CAP, A, P - 1);
K := __STR_APPEND(DST, K, CAP, B);
__STR_REPLACE := __STR_APPEND(DST, K, CAP, A + (P - 1 + L));`,
  ),
  // Position of the first B in A; 0 where there is none or B is empty.
  fn(
    '__STR_FIND',
    'DINT',
    'A, B : POINTER TO BYTE;',
    'N : DINT; P, Q : POINTER TO BYTE;',
    `
IF B^ = BYTE#0 THEN
  RETURN;
END_IF;
WHILE A^ <> BYTE#0 DO
  N := N + 1;
  IF A^ = B^ THEN
    P := A;
    Q := B;
    WHILE (Q^ <> BYTE#0) AND (P^ = Q^) DO
      P := P + 1;
      Q := Q + 1;
    END_WHILE;
    IF Q^ = BYTE#0 THEN
      __STR_FIND := N;
      RETURN;
    END_IF;
  END_IF;
  A := A + 1;
END_WHILE;`,
  ),
  // -1, 0, 1: by code of the first differing character; the shorter of two that agree is less.
  fn(
    '__STR_COMPARE',
    'DINT',
    'A, B : POINTER TO BYTE;',
    '',
    `
WHILE (A^ = B^) AND (A^ <> BYTE#0) DO
  A := A + 1;
  B := B + 1;
END_WHILE;
IF A^ < B^ THEN
  __STR_COMPARE := -1;
ELSIF A^ > B^ THEN
  __STR_COMPARE := 1;
END_IF;`,
  ),
  fn(
    '__STR_EQUAL',
    'BOOL',
    'A, B : POINTER TO BYTE;',
    '',
    `
WHILE (A^ = B^) AND (A^ <> BYTE#0) DO
  A := A + 1;
  B := B + 1;
END_WHILE;
__STR_EQUAL := A^ = B^;`,
  ),
  // Changes the case of ASCII and Latin-1 letters.
  fn(
    '__STR_UPPER',
    'DINT',
    out,
    'N : DINT; C : BYTE;',
    `
C := SRC^;
WHILE (N < CAP) AND (C <> BYTE#0) DO
  IF ((C >= BYTE#16#61) AND (C <= BYTE#16#7A)) OR ((C >= BYTE#16#E0) AND (C <= BYTE#16#FE) AND (C <> BYTE#16#F7)) THEN
    C := C XOR BYTE#16#20;
  END_IF;
  DST^ := C;
  DST := DST + 1;
  SRC := SRC + 1;
  N := N + 1;
  C := SRC^;
END_WHILE;
DST^ := BYTE#0;
__STR_UPPER := N;`,
  ),
  fn(
    '__STR_LOWER',
    'DINT',
    out,
    'N : DINT; C : BYTE;',
    `
C := SRC^;
WHILE (N < CAP) AND (C <> BYTE#0) DO
  IF ((C >= BYTE#16#41) AND (C <= BYTE#16#5A)) OR ((C >= BYTE#16#C0) AND (C <= BYTE#16#DE) AND (C <> BYTE#16#D7)) THEN
    C := C XOR BYTE#16#20;
  END_IF;
  DST^ := C;
  DST := DST + 1;
  SRC := SRC + 1;
  N := N + 1;
  C := SRC^;
END_WHILE;
DST^ := BYTE#0;
__STR_LOWER := N;`,
  ),
  // A string of one character, or none for CHAR 0.
  fn(
    '__STR_OF_CHAR',
    'DINT',
    'DST : POINTER TO BYTE; C : BYTE;',
    '',
    `
DST^ := C;
DST := DST + 1;
DST^ := BYTE#0;
IF C <> BYTE#0 THEN
  __STR_OF_CHAR := 1;
END_IF;`,
  ),
];
