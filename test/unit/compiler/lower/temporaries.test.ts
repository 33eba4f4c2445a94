import { run } from '../../../support/run-source.js';

const program = `
PROGRAM Main
VAR
  w : WORD := 65535; u : UINT := 40000; i : INT := 30000; s : USINT; b : BYTE := 200; ff : BYTE := 255;
  dw : DWORD; product : UDINT; real : REAL; half, back : INT; sum : WORD; negative : DINT;
  wraps, stays, below : BOOL; a : ARRAY[0..300] OF INT; element : INT;
END_VAR
  dw := w + 1;
  product := u * u;
  real := INT_TO_REAL(i * 2);
  half := (i + i) / 2;
  back := i + i;
  sum := b + b;
  negative := -(i + i);
  wraps := w + 1 = 0;
  stays := s - 1 <> 255;
  below := u - 40001 < 0;
  a[ff + 1] := 7;
  element := a[256];
END_PROGRAM`;

const paths = ['dw', 'product', 'real', 'half', 'back', 'sum', 'negative', 'wraps', 'stays', 'below'].map(
  (name) => `Main.${name}`,
);

describe('intermediate results of small types', () => {
  it.each(['codesys', 'twincat'])('have 32 bits until they are stored in %s', (profile) => {
    const values = run(program, [...paths, 'Main.element'], { profile });
    expect(values).toEqual([65_536, 1_600_000_000, 60_000, 30_000, -5536, 400, -60_000, false, true, true, 7]);
  });

  it('wrap at their type in iec', () => {
    const source = program.replace(/(?:dw|sum|wraps|stays|below|negative) := .*|a\[ff \+ 1\] := 7;/g, '');
    expect(run(source, paths.slice(1, 5))).toEqual([4096, -5536, -2768, -5536]);
  });
});
