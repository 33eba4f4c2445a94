/**
 * IEC 61131-3:2013, 6.3.4: durations and dates as text. Everything is a bigint of nanoseconds: durations as they are,
 * dates since 1970-01-01 UTC, times of day since midnight.
 */
const nsPer = {
  d: 86_400_000_000_000n,
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  ns: 1n,
} as const;
type Unit = keyof typeof nsPer;
const units: readonly Unit[] = ['d', 'h', 'm', 's', 'ms', 'us', 'ns'];

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar; undefined where there is no such day. */
export function daysFromCivil(year: number, month: number, day: number): bigint | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return BigInt(Math.round(date.getTime() / 86_400_000));
}
function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** The part of a duration literal after `#`, `-1d_2h3.5s`; units in falling order, a fraction only in the last. Undefined where malformed. */
export function parseDuration(text: string): bigint | undefined {
  const body = text.replaceAll('_', '').toLowerCase();
  const match = /^([+-]?)((?:\d+(?:\.\d+)?(?:ms|us|ns|[dhms]))+)$/.exec(body);
  if (!match) return undefined;
  const parts = [...match[2]!.matchAll(/(\d+)(?:\.(\d+))?(ms|us|ns|[dhms])/g)];
  let total = 0n;
  let last = -1;
  for (const [i, [, whole, fraction, unit]] of parts.entries()) {
    const rank = units.indexOf(unit as Unit);
    if (rank <= last || (fraction !== undefined && i !== parts.length - 1)) return undefined;
    last = rank;
    const scale = nsPer[unit as Unit];
    total += BigInt(whole!) * scale;
    if (fraction !== undefined) total += (BigInt(fraction.padEnd(18, '0').slice(0, 18)) * scale) / 10n ** 18n;
  }
  return match[1] === '-' ? -total : total;
}

/** `23:59:59.5` as nanoseconds since midnight. */
export function parseTimeOfDay(text: string): bigint | undefined {
  const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?$/.exec(text.replaceAll('_', ''));
  if (!match) return undefined;
  const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? '0'].map(Number) as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return BigInt(hours * 3600 + minutes * 60 + seconds) * nsPer.s + BigInt((match[4] ?? '').padEnd(9, '0'));
}

/** `2026-11-21` as nanoseconds since 1970. */
export function parseDate(text: string): bigint | undefined {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text.replaceAll('_', ''));
  if (!match) return undefined;
  const days = daysFromCivil(Number(match[1]), Number(match[2]), Number(match[3]));
  return days === undefined ? undefined : days * nsPer.d;
}

/** `2026-11-21-12:00:00` as nanoseconds since 1970. */
export function parseDateAndTime(text: string): bigint | undefined {
  const match = /^([\d_]+-[\d_]+-[\d_]+)-(.+)$/.exec(text);
  if (!match) return undefined;
  const date = parseDate(match[1]!);
  const time = parseTimeOfDay(match[2]!);
  return date === undefined || time === undefined ? undefined : date + time;
}

/** `1d2h3m4s5ms`, `0s`, `-1s500ms`: parts that are zero are left out. */
export function formatDuration(ns: bigint): string {
  if (ns === 0n) return '0s';
  let rest = ns < 0n ? -ns : ns;
  let text = ns < 0n ? '-' : '';
  for (const unit of units) {
    const count = rest / nsPer[unit];
    if (count > 0n) text += `${count}${unit}`;
    rest %= nsPer[unit];
  }
  return text;
}

const two = (n: bigint): string => n.toString().padStart(2, '0');

/** `12:03:04` or `12:03:04.005`. */
export function formatTimeOfDay(ns: bigint): string {
  const fraction = (ns % nsPer.s).toString().padStart(9, '0').replace(/0+$/, '');
  const clock = `${two(ns / nsPer.h)}:${two((ns / nsPer.m) % 60n)}:${two((ns / nsPer.s) % 60n)}`;
  return fraction === '' ? clock : `${clock}.${fraction}`;
}

const floorDays = (ns: bigint): bigint => (ns >= 0n ? ns / nsPer.d : -((-ns + nsPer.d - 1n) / nsPer.d));

/** `2026-11-21`. */
export function formatDate(ns: bigint): string {
  return new Date(Number(floorDays(ns)) * 86_400_000).toISOString().slice(0, 10);
}

/** `2026-11-21-12:00:00`. */
export function formatDateAndTime(ns: bigint): string {
  return `${formatDate(ns)}-${formatTimeOfDay(ns - floorDays(ns) * nsPer.d)}`;
}
