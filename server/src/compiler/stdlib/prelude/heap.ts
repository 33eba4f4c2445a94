import type { PreludePou } from '../standard-function.js';
import { preludeFunction as fn } from './pou.js';

/**
 * The objects of __NEW. The heap H begins with a header of 16 bytes: the granule where the next search begins, the number of
 * granules, and the address of the first. A table follows, 8 bytes for each granule: length of the block that begins there in
 * granules, with bit 31 where it is in use, and the number of its elements; 0 within a block. Then come the granules, 16 bytes each.
 * The table lies apart so that what writes beyond its object, or to one that is gone, does not break the heap.
 */
export const heap: readonly PreludePou[] = [
  // Address of a block of NEED granules with COUNT elements, 0 where there is none. Free blocks that touch become one on the way.
  fn(
    '__HEAP_TAKE',
    'UDINT',
    'H : POINTER TO DWORD; NEED, COUNT : DWORD;',
    'T, E : POINTER TO DWORD; TOTAL, POS, LEFT, LENGTH : UDINT; WANTED : UDINT;',
    `
WANTED := DWORD_TO_UDINT(NEED);
POS := DWORD_TO_UDINT(H^);
H^ := DWORD#0;
T := H + 4;
TOTAL := DWORD_TO_UDINT(T^);
LEFT := TOTAL;
WHILE LEFT > UDINT#0 DO
  T := H + 16 + 8 * POS;
  LENGTH := DWORD_TO_UDINT(T^ AND DWORD#16#7FFFFFFF);
  IF (T^ AND DWORD#16#80000000) = DWORD#0 THEN
    WHILE POS + LENGTH < TOTAL DO
      E := H + 16 + 8 * (POS + LENGTH);
      IF ((E^ AND DWORD#16#80000000) <> DWORD#0) OR (E^ = DWORD#0) THEN
        EXIT;
      END_IF;
      LENGTH := LENGTH + DWORD_TO_UDINT(E^);
      E^ := DWORD#0;
    END_WHILE;
    T^ := UDINT_TO_DWORD(LENGTH);
    IF LENGTH >= WANTED THEN
      T^ := NEED OR DWORD#16#80000000;
      E := T + 4;
      E^ := COUNT;
      IF POS + WANTED < TOTAL THEN
        H^ := UDINT_TO_DWORD(POS + WANTED);
      END_IF;
      IF LENGTH > WANTED THEN
        E := T + 8 * WANTED;
        E^ := UDINT_TO_DWORD(LENGTH - WANTED);
      END_IF;
      T := H + 8;
      __HEAP_TAKE := DWORD_TO_UDINT(T^) + UDINT#16 * POS;
      RETURN;
    END_IF;
  END_IF;
  IF (LENGTH = UDINT#0) OR (LENGTH >= LEFT) THEN
    RETURN;
  END_IF;
  LEFT := LEFT - LENGTH;
  POS := POS + LENGTH;
  IF POS >= TOTAL THEN
    POS := UDINT#0;
  END_IF;
END_WHILE;`,
  ),
  // Number of elements of the object that begins at P; 0 where none does.
  fn(
    '__HEAP_COUNT',
    'DWORD',
    'H : POINTER TO DWORD; P : UDINT;',
    'T : POINTER TO DWORD; POS, TOTAL, FIRST : UDINT;',
    `
T := H + 4;
TOTAL := DWORD_TO_UDINT(T^);
T := H + 8;
FIRST := DWORD_TO_UDINT(T^);
IF P < FIRST THEN
  RETURN;
END_IF;
POS := P - FIRST;
IF (POS >= UDINT#16 * TOTAL) OR (POS MOD UDINT#16 <> UDINT#0) THEN
  RETURN;
END_IF;
T := H + 16 + POS / UDINT#2;
IF (T^ AND DWORD#16#80000000) <> DWORD#0 THEN
  T := T + 4;
  __HEAP_COUNT := T^;
END_IF;`,
  ),
  // Ends the object that begins at P. The next search begins there, unless it begins further in front.
  fn(
    '__HEAP_FREE',
    'BOOL',
    'H : POINTER TO DWORD; P : UDINT;',
    'T : POINTER TO DWORD; POS : UDINT;',
    `
T := H + 8;
POS := (P - DWORD_TO_UDINT(T^)) / UDINT#16;
T := H + 16 + 8 * POS;
T^ := T^ AND DWORD#16#7FFFFFFF;
T := T + 4;
T^ := DWORD#0;
IF POS < DWORD_TO_UDINT(H^) THEN
  H^ := UDINT_TO_DWORD(POS);
END_IF;`,
  ),
];
