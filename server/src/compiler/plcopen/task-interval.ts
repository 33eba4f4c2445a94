/** Longest interval a task may have: a day. */
const maxIntervalNs = 86_400_000_000_000n;

const units: Readonly<Record<string, bigint>> = {
  d: 86_400_000_000_000n,
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  µs: 1000n,
  ns: 1n,
};

/**
 * Nanoseconds of a task's interval as tools write it: `T#20ms`, `t#1s500ms`, `TIME#20ms`, `20ms`; `PT0.02S` (xs:duration);
 * `00:00:00.020` (xs:time); or a number with the unit given apart. Undefined for none of them; a range problem is the caller's.
 */
export function readInterval(text: string, unit?: string): bigint | undefined {
  const written = text.trim();
  if (/^\d+(\.\d+)?$/.test(written)) return unit === undefined ? undefined : scaled(written, units[unit.toLowerCase()]);
  const clock = /^(\d{1,4}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(written);
  if (clock) return sum([[clock[1]!, 'h'], [clock[2]!, 'm'], [clock[3]!, 's']]); // prettier-ignore
  const iso = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(
    written,
  );
  if (iso && written.length > 2) return sum([[iso[1] ?? '0', 'd'], [iso[2] ?? '0', 'h'], [iso[3] ?? '0', 'm'], [iso[4] ?? '0', 's']]); // prettier-ignore
  const literal = /^(?:L?T(?:IME)?#)?((?:\d[\d_]*(?:\.\d+)?[_ ]?(?:ms|us|µs|ns|d|h|m|s)[_ ]?)+)$/i.exec(written);
  if (!literal) return undefined;
  const parts = [...literal[1]!.replace(/[_ ]/g, '').matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)/gi)];
  return sum(parts.map((part) => [part[1]!, part[2]!.toLowerCase()]));
}

/** What is wrong with an interval, as the end of a sentence; undefined if nothing is. */
export function intervalProblem(ns: bigint): string | undefined {
  if (ns <= 0n) return 'is not above zero';
  return ns > maxIntervalNs ? 'is longer than a day' : undefined;
}

function sum(parts: readonly (readonly [string, string])[]): bigint | undefined {
  let total = 0n;
  for (const [number, unit] of parts) {
    const ns = scaled(number, units[unit]);
    if (ns === undefined) return undefined;
    total += ns;
  }
  return total;
}

/** A decimal number times a unit, cut to whole nanoseconds. */
function scaled(number: string, unit: bigint | undefined): bigint | undefined {
  if (unit === undefined) return undefined;
  const [whole, fraction = ''] = number.split('.');
  const digits = fraction.slice(0, 15);
  return BigInt(whole!) * unit + (BigInt(digits || '0') * unit) / 10n ** BigInt(digits.length);
}
