/** Classes of characters below 128: `classes[code]`. */
export const wordStart = 1;
export const digit = 2;
export const blank = 4;
export const classes = new Uint8Array(128);
for (let c = 65; c <= 90; c += 1) classes[c] = classes[c + 32] = wordStart;
classes[95] = wordStart;
for (let c = 48; c <= 57; c += 1) classes[c] = digit;
for (const c of [32, 9, 11, 12]) classes[c] = blank;

export const isWordPart = (c: number): boolean => (c < 128 ? (classes[c]! & 3) !== 0 : isLetter(c));
export const isDigit = (c: number): boolean => c >= 48 && c <= 57;
export const isHex = (c: number): boolean => isDigit(c) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102);

/** National letters, which edition 3 and several vendors allow in names; not symbols, spaces or formatting characters. */
export function isLetter(c: number): boolean {
  if (c < 0xaa) return false;
  if (c < 0x2000) return c !== 0xd7 && c !== 0xf7 && (c >= 0xc0 || c === 0xaa || c === 0xb5 || c === 0xba);
  return (
    (c >= 0x2c00 && c < 0x2e00) ||
    (c >= 0x3040 && c < 0xd800) ||
    (c >= 0xf900 && c < 0xfb00) ||
    (c >= 0xff66 && c < 0xffa0)
  );
}

// What word processors make of " and '.
export const typographicDouble = new Set([0x201c, 0x201d, 0x201e, 0x201f]);
export const typographicSingle = new Set([0x2018, 0x2019, 0x201a, 0x201b, 0x60, 0xb4]);

/** What may stand before `#` in a duration or a date. */
export const durationPrefixes: ReadonlySet<string> = new Set(['T', 'TIME', 'LT', 'LTIME']);
export const datePrefixes: ReadonlySet<string> = new Set([
  'D', 'DATE', 'LD', 'LDATE', 'TOD', 'TIME_OF_DAY', 'LTOD', 'LTIME_OF_DAY', 'DT', 'DATE_AND_TIME', 'LDT', 'LDATE_AND_TIME',
]); // prettier-ignore
