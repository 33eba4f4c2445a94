/** What a literal's text means, or why it means nothing: a sentence without the literal itself. */
export type Decoded<V> = { readonly value: V } | { readonly problem: string };

/** `1_000`, `16#FF`; without sign. */
export function decodeInteger(text: string): Decoded<{ value: bigint; base: 2 | 8 | 10 | 16 }> {
  const hash = text.indexOf('#');
  let base: 2 | 8 | 10 | 16 = 10;
  let digits = text;
  if (hash >= 0) {
    const written = text.slice(0, hash).replaceAll('_', '');
    if (written !== '2' && written !== '8' && written !== '10' && written !== '16') {
      return { problem: `has the base ${written || 'nothing'}: write 2#, 8# or 16#` };
    }
    base = Number(written) as 2 | 8 | 10 | 16;
    digits = text.slice(hash + 1);
  }
  if (digits === '' || digits === '_') return { problem: 'has no digits after its base' };
  if (digits.includes('_')) {
    if (digits.startsWith('_') || digits.endsWith('_') || digits.includes('__')) {
      return { problem: 'has a misplaced underscore: put single underscores between digits' };
    }
    digits = digits.replaceAll('_', '');
  }
  for (let i = 0; i < digits.length; i += 1) {
    const c = digits.charCodeAt(i);
    const value = c <= 57 ? c - 48 : (c & ~32) - 55;
    if (value >= base) return { problem: `has the digit \`${digits[i]!}\`, which base ${base} does not have` };
  }
  if (base === 10 && digits.length <= 15) return { value: { value: BigInt(Number(digits)), base } };
  const value = BigInt(base === 16 ? `0x${digits}` : base === 8 ? `0o${digits}` : base === 2 ? `0b${digits}` : digits);
  if (value > 0xffff_ffff_ffff_ffffn) return { problem: 'does not fit into 64 bits' };
  return { value: { value, base } };
}

/** `1.5`, `1_0.0E-3`. */
export function decodeReal(text: string): Decoded<number> {
  const value = Number(text.includes('_') ? text.replaceAll('_', '') : text);
  if (Number.isNaN(value)) return { problem: 'is not a number' };
  if (!Number.isFinite(value)) return { problem: 'is beyond the range of LREAL, 1.8E308' };
  return { value };
}

const units: Readonly<Record<string, bigint>> = {
  D: 86_400_000_000_000n,
  H: 3_600_000_000_000n,
  M: 60_000_000_000n,
  S: 1_000_000_000n,
  MS: 1_000_000n,
  US: 1000n,
  NS: 1n,
};
const unitOrder = ['D', 'H', 'M', 'S', 'MS', 'US', 'NS'];
const maxInt64 = 0x7fff_ffff_ffff_ffffn;

/** The part after `#` of `T#-1d2h3.5s`, in nanoseconds. IEC 61131-3:2013, 6.3.4.2. */
export function decodeDuration(text: string): Decoded<bigint> {
  let i = 0;
  let negative = false;
  if (text[0] === '-' || text[0] === '+') {
    negative = text[0] === '-';
    i = 1;
  }
  let total = 0n;
  let lastUnit = -1;
  if (i === text.length) return { problem: 'has no value: write it as `T#1h30m` or `T#500ms`' };
  while (i < text.length) {
    if (text[i] === '_' && lastUnit >= 0) i += 1;
    const from = i;
    while (i < text.length && ((text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) || text[i] === '_')) i += 1;
    const whole = text.slice(from, i).replaceAll('_', '');
    let fraction = '';
    if (text[i] === '.') {
      i += 1;
      const fractionFrom = i;
      while (i < text.length && ((text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) || text[i] === '_')) i += 1;
      fraction = text.slice(fractionFrom, i).replaceAll('_', '');
    }
    const unitFrom = i;
    while (i < text.length && /[a-z]/i.test(text[i]!)) i += 1;
    const unit = text.slice(unitFrom, i).toUpperCase();
    if (whole === '') return { problem: 'has a unit without a number: write it as `T#1h30m` or `T#500ms`' };
    if (unit === '') return { problem: `has no unit after ${whole}: add d, h, m, s, ms, us or ns` };
    const order = unitOrder.indexOf(unit);
    if (order < 0) return { problem: `has the unknown unit \`${unit.toLowerCase()}\`: use d, h, m, s, ms, us or ns` };
    if (order <= lastUnit)
      return { problem: 'has its units out of order: write d, h, m, s, ms, us, ns from large to small' };
    lastUnit = order;
    const size = units[unit]!;
    total += BigInt(whole) * size;
    if (fraction !== '') {
      total += (BigInt(fraction.slice(0, 30)) * size) / 10n ** BigInt(Math.min(fraction.length, 30));
    }
    if (total > maxInt64) return { problem: 'is longer than 292 years, which 64 bits of nanoseconds hold' };
  }
  return { value: negative ? -total : total };
}

const datePattern = /^(\d{1,4})-(\d{1,2})-(\d{1,2})$/;
const timePattern = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?$/;

function dateNs(text: string): Decoded<bigint> {
  const match = datePattern.exec(text);
  if (!match) return { problem: 'is not a date: write it as `D#2024-12-31`' };
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (month < 1 || month > 12 || day < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    return { problem: `names a day that the calendar does not have` };
  }
  if (year < 1678 || year > 2261) return { problem: 'is outside 1678 to 2261, which 64 bits of nanoseconds hold' };
  return { value: BigInt(date.getTime()) * 1_000_000n };
}

function timeOfDayNs(text: string): Decoded<bigint> {
  const match = timePattern.exec(text);
  if (!match) return { problem: 'is not a time of day: write it as `TOD#12:30:15.250`' };
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? '0')];
  if (hours > 23 || minutes > 59 || seconds > 59) return { problem: 'is later than 23:59:59.999' };
  const fraction = BigInt((match[4] ?? '').padEnd(9, '0').slice(0, 9));
  return { value: BigInt((hours * 60 + minutes) * 60 + seconds) * 1_000_000_000n + fraction };
}

export type DateTypeName = 'DATE' | 'LDATE' | 'TOD' | 'LTOD' | 'DT' | 'LDT';
const dateTypes: Readonly<Record<string, DateTypeName>> = {
  D: 'DATE',
  DATE: 'DATE',
  LD: 'LDATE',
  LDATE: 'LDATE',
  TOD: 'TOD',
  TIME_OF_DAY: 'TOD',
  LTOD: 'LTOD',
  LTIME_OF_DAY: 'LTOD',
  DT: 'DT',
  DATE_AND_TIME: 'DT',
  LDT: 'LDT',
  LDATE_AND_TIME: 'LDT',
};

/** Type of a date literal by its prefix, in upper case and without `#`. */
export const dateTypeOf = (prefix: string): DateTypeName => dateTypes[prefix]!;

/** `text` is what follows the prefix. Nanoseconds since 1970 or since midnight. */
export function decodeDate(typeName: DateTypeName, text: string): Decoded<bigint> {
  const written = text.replaceAll('_', '');
  if (typeName === 'DATE' || typeName === 'LDATE') return dateNs(written);
  if (typeName === 'TOD' || typeName === 'LTOD') return timeOfDayNs(written);
  const split = written.lastIndexOf('-');
  const date = dateNs(written.slice(0, split));
  if ('problem' in date)
    return date.problem.startsWith('is not')
      ? { problem: 'is not a date and time: write it as `DT#2024-12-31-12:30:15`' }
      : date;
  const time = timeOfDayNs(written.slice(split + 1));
  return 'problem' in time ? time : { value: date.value + time.value };
}

const simpleEscapes: Readonly<Record<string, string>> = {
  $: '$',
  "'": "'",
  '"': '"',
  L: '\n',
  N: '\n',
  P: '\f',
  R: '\r',
  T: '\t',
};

/** The characters between the quotes, `$` escapes resolved. IEC 61131-3:2013, table 6. `offset` is where the problem is. */
export function decodeString(
  inner: string,
  wide: boolean,
): { readonly value: string; readonly problems: readonly { offset: number; message: string }[] } {
  const quote = wide ? '"' : "'";
  let at = inner.indexOf('$');
  // Doubled quotes stand for one, in dialects.
  if (at < 0 && !inner.includes(quote)) return { value: inner, problems: [] };
  const problems: { offset: number; message: string }[] = [];
  const parts: string[] = [];
  let from = 0;
  const hexLength = wide ? 4 : 2;
  const hexPattern = wide ? /^[0-9a-f]{4}$/i : /^[0-9a-f]{2}$/i;
  while (at >= 0) {
    parts.push(inner.slice(from, at).replaceAll(quote + quote, quote));
    const next = inner[at + 1];
    const simple = next === undefined ? undefined : simpleEscapes[next.toUpperCase()];
    if (simple !== undefined) {
      parts.push(simple);
      from = at + 2;
    } else {
      const hex = inner.slice(at + 1, at + 1 + hexLength);
      if (hexPattern.test(hex)) {
        parts.push(String.fromCharCode(Number.parseInt(hex, 16)));
        from = at + 1 + hexLength;
      } else {
        const form = wide ? '$hhhh' : '$hh';
        problems.push({
          offset: at,
          message: `\`$${next ?? ''}\` is no escape: write $$ for a dollar sign, or $' $" $L $N $P $R $T ${form}.`,
        });
        parts.push('$');
        from = at + 1;
      }
    }
    at = inner.indexOf('$', from);
  }
  parts.push(inner.slice(from).replaceAll(quote + quote, quote));
  return { value: parts.join(''), problems };
}
