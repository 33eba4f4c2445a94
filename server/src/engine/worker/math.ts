/**
 * The transcendental functions of the generated code. All pass through here, so that there is one place to replace where a
 * platform's results differ. NaN results are canonical (0x7FF8000000000000): a change detector compares bits.
 */
import { power } from './power.js';
import { cosine, sine } from './trigonometry.js';

export interface MathFunctions {
  readonly sin: (x: number) => number;
  readonly cos: (x: number) => number;
  readonly tan: (x: number) => number;
  readonly asin: (x: number) => number;
  readonly acos: (x: number) => number;
  readonly atan: (x: number) => number;
  readonly atan2: (y: number, x: number) => number;
  readonly exp: (x: number) => number;
  readonly ln: (x: number) => number;
  readonly log10: (x: number) => number;
  readonly pow: (x: number, y: number) => number;
}

const canonical = (x: number): number => (x !== x ? NaN : x);

export const mathFunctions: MathFunctions = {
  sin: (x) => canonical(sine(x)),
  cos: (x) => canonical(cosine(x)),
  tan: (x) => canonical(Math.tan(x)),
  asin: (x) => canonical(Math.asin(x)),
  acos: (x) => canonical(Math.acos(x)),
  atan: (x) => canonical(Math.atan(x)),
  atan2: (y, x) => canonical(Math.atan2(y, x)),
  exp: (x) => canonical(Math.exp(x)),
  ln: (x) => canonical(Math.log(x)),
  log10: (x) => canonical(Math.log10(x)),
  pow: (x, y) => canonical(power(x, y)),
};
