/**
 * Shortest decimal text that reads back as the same REAL (`single`) or LREAL, in the form of an IEC real literal: `1.0`, `-0.1`,
 * `1.5E+30`. `NaN`, `INF`, `-INF` for the rest.
 */
export function realToText(value: number, single: boolean): string {
  if (value !== value) return 'NaN';
  if (value === Infinity) return 'INF';
  if (value === -Infinity) return '-INF';
  if (Object.is(value, -0)) return '-0.0';
  const [digits, exponent] = (single ? shortestSingle(value) : String(value)).split('e');
  const mantissa = digits!.includes('.') ? digits! : `${digits!}.0`;
  return exponent === undefined ? mantissa : `${mantissa}E${exponent}`;
}

function shortestSingle(value: number): string {
  const wanted = Math.fround(value);
  for (let precision = 1; precision <= 9; precision += 1) {
    const text = wanted.toPrecision(precision);
    if (Math.fround(Number(text)) === wanted) return String(Number(text));
  }
  return String(wanted);
}

const leadingNumber =
  /^[ \t]*([+-]?)(?:(\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?)|(NaN|INF(?:INITY)?))/i;

/** Value of the number that `text` starts with (after blanks); 0 where there is none. */
export function textToReal(text: string): number {
  const match = leadingNumber.exec(text);
  if (!match) return 0;
  if (match[3] !== undefined) return match[3].toUpperCase() === 'NAN' ? NaN : match[1] === '-' ? -Infinity : Infinity;
  return Number(match[1]! + match[2]!.replaceAll('_', ''));
}
