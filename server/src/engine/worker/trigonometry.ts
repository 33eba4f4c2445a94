/*
 * SIN and COS. `Math.sin` and `Math.cos` differ between versions of the JavaScript engine, so these are the algorithms of fdlibm's
 * k_sin.c, k_cos.c and e_rem_pio2.c, whose notice reads:
 *
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
 *
 * Arguments beyond 2**19 * pi/2 are reduced exactly with whole numbers instead of fdlibm's table of 2/pi. The error is below 1 ulp.
 */

/** One double and its two words, little-endian as everything here. */
const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
const wide = new BigUint64Array(float.buffer);
function highWord(x: number): number {
  float[0] = x;
  return words[1]!;
}
function fromHighWord(high: number): number {
  words[0] = 0;
  words[1] = high;
  return float[0]!;
}

const S1 = -0.16666666666666632;
const S2 = 0.00833333333332249;
const S3 = -0.0001984126982985795;
const S4 = 2.7557313707070068e-6;
const S5 = -2.5050760253406863e-8;
const S6 = 1.58969099521155e-10;
const C1 = 0.0416666666666666;
const C2 = -0.001388888888887411;
const C3 = 2.480158728947673e-5;
const C4 = -2.7557314351390663e-7;
const C5 = 2.087572321298175e-9;
const C6 = -1.1359647557788195e-11;

/** sin(x) for |x| at most pi/4. */
function kernelSinExact(x: number): number {
  if (Math.abs(x) < 2 ** -27) return x;
  const z = x * x;
  const r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
  return x + z * x * (S1 + z * r);
}
/** The same for sin(x + tail); `tail` is the part of the argument below the precision of x. */
function kernelSin(x: number, tail: number): number {
  if (Math.abs(x) < 2 ** -27) return x;
  const z = x * x;
  const v = z * x;
  const r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
  return x - (z * (0.5 * tail - v * r) - tail - v * S1);
}

/** cos(x + tail) for |x| at most pi/4. */
function kernelCos(x: number, tail: number): number {
  const ix = highWord(x) & 0x7fffffff;
  if (ix < 0x3e400000) return 1;
  const z = x * x;
  const r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))));
  if (ix < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * tail));
  const qx = ix > 0x3fe90000 ? 0.28125 : fromHighWord(ix - 0x00200000);
  const hz = 0.5 * z - qx;
  return 1 - qx - (hz - (z * r - x * tail));
}

const invPio2 = 0.6366197723675814;
const pio2First = 1.5707963267341256;
const pio2FirstTail = 6.077100506506192e-11;
const pio2Second = 6.077100506303966e-11;
const pio2SecondTail = 2.0222662487959506e-21;
const pio2Third = 2.0222662487111665e-21;
const pio2ThirdTail = 8.4784276603689e-32;
const mediumLimit = 2 ** 19 * (Math.PI / 2);

/** What `reduce` found, without an object for each call: x = quadrant * pi/2 + (y + tail), |y| at most pi/4. */
let y = 0;
let tail = 0;

/** Returns the quadrant, 0 to 3. */
function reduce(x: number): number {
  const magnitude = Math.abs(x);
  const quadrant = magnitude > mediumLimit ? reduceExactly(magnitude) : reduceMedium(magnitude);
  if (x > 0) return quadrant & 3;
  y = -y;
  tail = -tail;
  return -quadrant & 3;
}

function reduceMedium(magnitude: number): number {
  const n = Math.trunc(magnitude * invPio2 + 0.5);
  let r = magnitude - n * pio2First;
  let w = n * pio2FirstTail;
  y = r - w;
  const exponent = (highWord(magnitude) >> 20) & 0x7ff;
  const cancelled = (value: number): number => exponent - ((highWord(value) >> 20) & 0x7ff);
  if (cancelled(y) > 16) {
    let t = r;
    w = n * pio2Second;
    r = t - w;
    w = n * pio2SecondTail - (t - r - w);
    y = r - w;
    if (cancelled(y) > 49) {
      t = r;
      w = n * pio2Third;
      r = t - w;
      w = n * pio2ThirdTail - (t - r - w);
      y = r - w;
    }
  }
  tail = r - y - w;
  return n;
}

/** Bits behind the point of pi/2 as a whole number: 1074 + 53 for the largest argument, and 130 to spare. */
const fractionBits = 1260n;
let halfPi: bigint | undefined;

/** pi/2 * 2**fractionBits, by Machin's formula pi/4 = 4 arctan(1/5) - arctan(1/239). */
function halfPiFixed(): bigint {
  if (halfPi !== undefined) return halfPi;
  const guard = 32n;
  const one = 1n << (fractionBits + guard);
  const arctanOfInverse = (k: bigint): bigint => {
    let power = one / k;
    let sum = power;
    for (let i = 3n; power !== 0n; i += 2n) {
      power /= -(k * k);
      sum += power / i;
    }
    return sum;
  };
  halfPi = (2n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n))) >> guard;
  return halfPi;
}

function reduceExactly(magnitude: number): number {
  float[0] = magnitude;
  const bits = wide[0]!;
  // Far above 1, so the exponent is positive: a whole number times a power of two.
  const scaled = ((((bits & 0xfffffffffffffn) | 0x10000000000000n) << fractionBits) << (bits >> 52n)) >> 1075n;
  const divisor = halfPiFixed();
  let n = scaled / divisor;
  let rest = scaled % divisor;
  if (rest * 2n > divisor) {
    rest -= divisor;
    n += 1n;
  }
  const first = toFraction(rest);
  y = first.value;
  tail = toFraction(rest - first.whole).value;
  return Number(n & 3n);
}

/** A fixed-point number cut to a double, and that double again as a whole number in fixed point. */
function toFraction(fixed: bigint): { readonly value: number; readonly whole: bigint } {
  const negative = fixed < 0n;
  const magnitude = negative ? -fixed : fixed;
  const length = magnitude.toString(2).length;
  const shift = BigInt(Math.max(0, length - 53));
  const whole = (magnitude >> shift) << shift;
  const value = Number(magnitude >> shift) * 2 ** (Number(shift) - Number(fractionBits));
  return negative ? { value: -value, whole: -whole } : { value, whole };
}

export function sine(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (Math.abs(x) <= Math.PI / 4) return kernelSinExact(x);
  switch (reduce(x)) {
    case 0:
      return kernelSin(y, tail);
    case 1:
      return kernelCos(y, tail);
    case 2:
      return -kernelSin(y, tail);
    default:
      return -kernelCos(y, tail);
  }
}

export function cosine(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (Math.abs(x) <= Math.PI / 4) return kernelCos(x, 0);
  switch (reduce(x)) {
    case 0:
      return kernelCos(y, tail);
    case 1:
      return -kernelSin(y, tail);
    case 2:
      return -kernelCos(y, tail);
    default:
      return kernelSin(y, tail);
  }
}
