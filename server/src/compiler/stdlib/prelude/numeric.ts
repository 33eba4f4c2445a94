import type { PreludePou } from '../standard-function.js';
import { preludeFunction as fn } from './pou.js';

/** Integer power, packed decimal, and what the library needs of the scan's clock. */
export const numeric: readonly PreludePou[] = [
  // BASE to the power N, wrapping at 64 bits; N < 0 gives the integer part of the true result (0, or 1 and -1 for those bases).
  fn(
    '__LINT_POW',
    'LINT',
    'BASE, N : LINT;',
    'R : LINT;',
    `
IF N < LINT#0 THEN
  IF (BASE <> LINT#1) AND (BASE <> LINT#-1) THEN
    RETURN;
  END_IF;
  N := N MOD LINT#2 + LINT#2;
END_IF;
R := LINT#1;
WHILE N > LINT#0 DO
  IF N MOD LINT#2 = LINT#1 THEN
    R := R * BASE;
  END_IF;
  BASE := BASE * BASE;
  N := N / LINT#2;
END_WHILE;
__LINT_POW := R;`,
  ),
  // 0 where a digit is above 9.
  fn(
    '__BCD_TO_ULINT',
    'ULINT',
    'V : LWORD;',
    'R, F : ULINT; D : LWORD;',
    `
F := ULINT#1;
WHILE V <> LWORD#0 DO
  D := V AND LWORD#15;
  IF D > LWORD#9 THEN
    RETURN;
  END_IF;
  R := R + LWORD_TO_ULINT(D) * F;
  F := F * ULINT#10;
  V := SHR(V, 4);
END_WHILE;
__BCD_TO_ULINT := R;`,
  ),
  // The low 16 decimal digits.
  fn(
    '__ULINT_TO_BCD',
    'LWORD',
    'V : ULINT;',
    'R : LWORD; SHIFT : DINT;',
    `
WHILE (V > ULINT#0) AND (SHIFT < 64) DO
  R := R OR SHL(ULINT_TO_LWORD(V MOD ULINT#10), SHIFT);
  V := V / ULINT#10;
  SHIFT := SHIFT + 4;
END_WHILE;
__ULINT_TO_BCD := R;`,
  ),
  fn(
    '__IS_BCD',
    'BOOL',
    'V : LWORD;',
    '',
    `
WHILE (V AND LWORD#15) <= LWORD#9 DO
  IF V = LWORD#0 THEN
    __IS_BCD := TRUE;
    RETURN;
  END_IF;
  V := SHR(V, 4);
END_WHILE;`,
  ),
  fn(
    '__MEM_COMPARE',
    'DINT',
    'A, B : POINTER TO BYTE; N : UDINT;',
    '',
    `
WHILE (N > UDINT#0) DO
  IF A^ <> B^ THEN
    IF A^ < B^ THEN
      __MEM_COMPARE := -1;
    ELSE
      __MEM_COMPARE := 1;
    END_IF;
    RETURN;
  END_IF;
  A := A + 1;
  B := B + 1;
  N := N - UDINT#1;
END_WHILE;`,
  ),
  { name: '__SCAN_TIME', text: 'FUNCTION __SCAN_TIME : TIME\n__SCAN_TIME := __NOW();\nEND_FUNCTION\n' },
];
