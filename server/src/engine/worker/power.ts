/*
 * EXPT. `Math.pow` differs between versions of the JavaScript engine, so this is the algorithm of fdlibm's e_pow.c, whose
 * notice reads:
 *
 * Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
 *
 * x**y = 2**n * exp(y' * log 2), with log2(x) = log2_ax and y * log2(x) = n + y' in two pieces each (53 + 24 bits). The error
 * is below 0.70 ulp; integer powers that are representable are exact.
 */

const scratch = new DataView(new ArrayBuffer(8));
function highWord(x: number): number {
  scratch.setFloat64(0, x);
  return scratch.getInt32(0);
}
function lowWord(x: number): number {
  scratch.setFloat64(0, x);
  return scratch.getUint32(4);
}
function withHighWord(x: number, high: number): number {
  scratch.setFloat64(0, x);
  scratch.setInt32(0, high);
  return scratch.getFloat64(0);
}
/** Clears the low word: the leading 21 bits of the significand. */
function head(x: number): number {
  scratch.setFloat64(0, x);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}
/** x * 2**n, rounded once. */
function scale(x: number, n: number): number {
  if (n > 1023) return scale(x * 2 ** 1023, n - 1023);
  if (n < -1022) return n < -1074 - 60 ? x * 0 : scale(x * 2 ** -969, n + 969);
  return x * withHighWord(0, (n + 1023) << 20);
}

const two53 = 9007199254740992;
const huge = 1.0e300;
const tiny = 1.0e-300;
const bp = [1.0, 1.5] as const;
const dpHigh = [0.0, 5.84962487220764160156e-1] as const;
const dpLow = [0.0, 1.35003920212974897128e-8] as const;
const L1 = 5.99999999999994648725e-1;
const L2 = 4.28571428578550184252e-1;
const L3 = 3.33333329818377432918e-1;
const L4 = 2.72728123808534006489e-1;
const L5 = 2.30660745775561754067e-1;
const L6 = 2.06975017800338417784e-1;
const P1 = 1.66666666666666019037e-1;
const P2 = -2.77777777770155933842e-3;
const P3 = 6.61375632143793436117e-5;
const P4 = -1.6533902205465251539e-6;
const P5 = 4.13813679705723846039e-8;
const lg2 = 6.93147180559945286227e-1;
const lg2High = 6.93147182464599609375e-1;
const lg2Low = -1.90465429995776804525e-9;
/** -(1024 - log2(overflow threshold + 0.5 ulp)). */
const overflowTail = 8.008566259537294e-17;
const cp = 9.61796693925975554329e-1;
const cpHigh = 9.61796700954437255859e-1;
const cpLow = -7.02846165095275826516e-9;
const invLn2 = 1.4426950408889634;
const invLn2High = 1.44269502162933349609;
const invLn2Low = 1.92596299112661746887e-8;

/** 0: y is not an integer; 1: odd; 2: even. */
function parity(y: number): 0 | 1 | 2 {
  const magnitude = Math.abs(y);
  if (magnitude >= two53) return 2;
  if (Math.floor(magnitude) !== magnitude) return 0;
  return magnitude % 2 === 1 ? 1 : 2;
}

/** x to the power of y, IEEE 754 `pow` for the special values (x**0 = 1 even for NaN), and 1**y = 1. */
export function power(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (x !== x || y !== y) return NaN;
  const magnitude = Math.abs(x);
  if (y === Infinity || y === -Infinity) {
    if (magnitude === 1) return 1;
    return magnitude > 1 === y > 0 ? Infinity : 0;
  }
  if (y === 1) return x;
  if (y === -1) return 1 / x;
  if (y === 2) return x * x;
  if (y === 0.5 && highWord(x) >= 0) return Math.sqrt(x);
  const yKind = x < 0 || Object.is(x, -0) ? parity(y) : 0;
  if (magnitude === 0 || magnitude === Infinity || magnitude === 1) {
    let z = y < 0 ? 1 / magnitude : magnitude;
    if (x < 0 || Object.is(x, -0)) {
      if (magnitude === 1 && yKind === 0) z = NaN;
      else if (yKind === 1) z = -z;
    }
    return z;
  }
  if (x < 0 && yKind === 0) return NaN;
  const sign = x < 0 && yKind === 1 ? -1 : 1;
  return powerOfMagnitude(magnitude, y, sign);
}

function powerOfMagnitude(ax: number, y: number, sign: number): number {
  const iy = highWord(y) & 0x7fffffff;
  let ix = highWord(ax) & 0x7fffffff;
  let t1: number;
  let t2: number;
  if (iy > 0x41e00000) {
    // |y| > 2**31
    if (iy > 0x43f00000) {
      if (ix <= 0x3fefffff) return y < 0 ? Infinity : 0;
      if (ix >= 0x3ff00000) return y > 0 ? Infinity : 0;
    }
    if (ix < 0x3fefffff) return y < 0 ? sign * huge * huge : sign * tiny * tiny;
    if (ix > 0x3ff00000) return y > 0 ? sign * huge * huge : sign * tiny * tiny;
    // |1 - x| <= 2**-20: log(x) by x - x^2/2 + x^3/3 - x^4/4
    const t = ax - 1;
    const w = t * t * (0.5 - t * (1 / 3 - t * 0.25));
    const u = invLn2High * t;
    const v = t * invLn2Low - w * invLn2;
    t1 = head(u + v);
    t2 = v - (t1 - u);
  } else {
    let n = 0;
    if (ix < 0x00100000) {
      ax *= two53;
      n -= 53;
      ix = highWord(ax);
    }
    n += (ix >> 20) - 0x3ff;
    const j = ix & 0x000fffff;
    ix = j | 0x3ff00000;
    let k: 0 | 1;
    if (j <= 0x3988e) k = 0;
    else if (j < 0xbb67a) k = 1;
    else {
      k = 0;
      n += 1;
      ix -= 0x00100000;
    }
    ax = withHighWord(ax, ix);
    const u = ax - bp[k];
    const v = 1 / (ax + bp[k]);
    const ss = u * v;
    const sHigh = head(ss);
    const tHigh = withHighWord(0, ((ix >> 1) | 0x20000000) + 0x00080000 + (k << 18));
    const tLow = ax - (tHigh - bp[k]);
    const sLow = v * (u - sHigh * tHigh - sHigh * tLow);
    let s2 = ss * ss;
    let r = s2 * s2 * (L1 + s2 * (L2 + s2 * (L3 + s2 * (L4 + s2 * (L5 + s2 * L6)))));
    r += sLow * (sHigh + ss);
    s2 = sHigh * sHigh;
    const rHigh = head(3 + s2 + r);
    const rLow = r - (rHigh - 3 - s2);
    const uu = sHigh * rHigh;
    const vv = sLow * rHigh + rLow * ss;
    const pHigh = head(uu + vv);
    const pLow = vv - (pHigh - uu);
    const zHigh = cpHigh * pHigh;
    const zLow = cpLow * pHigh + pLow * cp + dpLow[k];
    t1 = head(zHigh + zLow + dpHigh[k] + n);
    t2 = zLow - (t1 - n - dpHigh[k] - zHigh);
  }
  const y1 = head(y);
  const pLow = (y - y1) * t1 + y * t2;
  let pHigh = y1 * t1;
  const z = pLow + pHigh;
  const j = highWord(z);
  const low = lowWord(z);
  if (j >= 0x40900000) {
    if (j !== 0x40900000 || low !== 0) return sign * huge * huge;
    if (pLow + overflowTail > z - pHigh) return sign * huge * huge;
  } else if ((j & 0x7fffffff) >= 0x4090cc00) {
    if (j !== (0xc090cc00 | 0) || low !== 0) return sign * tiny * tiny;
    if (pLow <= z - pHigh) return sign * tiny * tiny;
  }
  // 2**(pHigh + pLow)
  const i = j & 0x7fffffff;
  let n = 0;
  if (i > 0x3fe00000) {
    n = j + (0x00100000 >> ((i >> 20) - 0x3ff + 1));
    const k = ((n & 0x7fffffff) >> 20) - 0x3ff;
    const t = withHighWord(0, n & ~(0x000fffff >> k));
    n = ((n & 0x000fffff) | 0x00100000) >> (20 - k);
    if (j < 0) n = -n;
    pHigh -= t;
  }
  const t = head(pLow + pHigh);
  const u = t * lg2High;
  const v = (pLow - (t - pHigh)) * lg2 + t * lg2Low;
  const whole = u + v;
  const w = v - (whole - u);
  const square = whole * whole;
  const c = whole - square * (P1 + square * (P2 + square * (P3 + square * (P4 + square * P5))));
  const r = (whole * c) / (c - 2) - (w + whole * w);
  const result = 1 - (r - whole);
  const exponent = highWord(result) + (n << 20);
  return sign * (exponent >> 20 <= 0 ? scale(result, n) : withHighWord(result, exponent));
}
