import { findProfile } from '../../../../server/src/compiler/profile.js';
import { evaluate, runProgram } from '../../../support/run-program.js';
import { errorsOf, run } from '../../../support/run-source.js';

const codesys = findProfile('codesys')!;
const matiec = findProfile('matiec')!;

/** [expression, text in iec, in codesys, in matiec]; one text: the same in all. */
const texts: readonly (readonly [expression: string, ...texts: string[]])[] = [
  ['BOOL_TO_STRING(TRUE)', 'TRUE'],
  ['BOOL_TO_STRING(FALSE)', 'FALSE'],
  ['SINT_TO_STRING(-128)', '-128'],
  ['INT_TO_STRING(0)', '0'],
  ['DINT_TO_STRING(-2147483648)', '-2147483648'],
  ['LINT_TO_STRING(-9223372036854775808)', '-9223372036854775808'],
  ['ULINT_TO_STRING(18446744073709551615)', '18446744073709551615'],
  ['UDINT_TO_STRING(4294967295)', '4294967295'],
  ['USINT_TO_STRING(255)', '255'],
  ['BYTE_TO_STRING(42)', '42', '16#2A', '16#2a'],
  ['WORD_TO_STRING(16#BEEF)', '48879', '16#BEEF', '16#beef'],
  ['DWORD_TO_STRING(0)', '0', '16#0', '16#0'],
  ['LWORD_TO_STRING(16#FEDCBA9876543210)', '18364758544493064720', '16#FEDCBA9876543210', '16#fedcba9876543210'],
  ['REAL_TO_STRING(0.1)', '0.1', '0.1', '0.1000000015'],
  ['REAL_TO_STRING(1.0)', '1.0', '1.0', '1'],
  ['LREAL_TO_STRING(-0.5)', '-0.5', '-0.5', '-0.5'],
  ['LREAL_TO_STRING(123456789012.0)', '123456789012.0', '123456789012.0', '1.23456789e+11'],
  ['LREAL_TO_STRING(0.00001)', '0.00001', '0.00001', '1e-05'],
  ['LREAL_TO_STRING(1234.5)', '1234.5', '1234.5', '1234.5'],
  ['LREAL_TO_STRING(100.0)', '100.0', '100.0', '100'],
  ['LREAL_TO_STRING(0.0)', '0.0', '0.0', '0'],
  ['LREAL_TO_STRING(99999999999.0)', '99999999999.0', '99999999999.0', '1e+11'],
  ['LREAL_TO_STRING(0.0123)', '0.0123', '0.0123', '0.0123'],
  ['TIME_TO_STRING(T#0s)', 'T#0ms', 'T#0ms', 'T#0d'],
  ['TIME_TO_STRING(T#1h5s)', 'T#1h5s', 'T#1h5s', 'T#0d1h0m5s'],
  ['TIME_TO_STRING(T#1d2h3m4s5ms)', 'T#1d2h3m4s5ms', 'T#1d2h3m4s5ms', 'T#1d2h3m4s5ms'],
  ['TIME_TO_STRING(T#-1500ms)', 'T#-1s500ms', 'T#-1s500ms', 'T#-0d0h0m1s500ms'],
  ['TIME_TO_STRING(T#2h)', 'T#2h', 'T#2h', 'T#0d2h'],
  ['LTIME_TO_STRING(LTIME#1us7ns)', 'LTIME#1us7ns', 'LTIME#1us7ns', 'LTIME#0d0h0m0s0.001007ms'],
  ['DATE_TO_STRING(D#2024-02-29)', 'D#2024-02-29'],
  ['DATE_TO_STRING(D#1970-01-01)', 'D#1970-01-01'],
  ['DATE_TO_STRING(D#2000-12-31)', 'D#2000-12-31'],
  ['TOD_TO_STRING(TOD#12:30:15.25)', 'TOD#12:30:15.25', 'TOD#12:30:15.25', 'TOD#12:30:15.250000'],
  ['TOD_TO_STRING(TOD#00:00:00)', 'TOD#00:00:00'],
  ['DT_TO_STRING(DT#2024-02-29-23:59:59)', 'DT#2024-02-29-23:59:59'],
  [
    'LDT_TO_STRING(LDT#2100-03-01-01:02:03.004)',
    'LDT#2100-03-01-01:02:03.004',
    'LDT#2100-03-01-01:02:03.004',
    'LDT#2100-03-01-01:02:03.004000',
  ],
  ["CHAR_TO_STRING(CHAR#'x')", 'x'],
  ['TO_STRING(INT#7)', '7'],
  ['TO_STRING(TRUE)', 'TRUE'],
];

describe('values as text', () => {
  it.each([
    ['iec', undefined, 1],
    ['codesys', codesys, 2],
    ['matiec', matiec, 3],
  ] as const)('in profile %s', (_name, profile, column) => {
    const got = evaluate(
      texts.map(([expression]) => ['STRING', expression]),
      profile ? { profile } : {},
    );
    expect(Object.fromEntries(texts.map(([e], i) => [e, got[i]]))).toEqual(
      Object.fromEntries(texts.map((row) => [row[0], row[column] ?? row[1]])),
    );
  });

  it('as WSTRING too', () => {
    expect(
      evaluate([
        ['WSTRING', 'INT_TO_WSTRING(-5)'],
        ['WSTRING', 'BOOL_TO_WSTRING(TRUE)'],
        ['WSTRING', 'DATE_TO_WSTRING(D#2024-02-29)'],
        ['WSTRING', 'REAL_TO_WSTRING(2.5)'],
        ['WSTRING', "CHAR_TO_WSTRING(CHAR#'q')"],
      ]),
    ).toEqual(['-5', 'TRUE', 'D#2024-02-29', '2.5', 'q']);
  });
});

describe('text as values', () => {
  const ns = (seconds: number): bigint => BigInt(Math.round(seconds * 1e9));
  const rows: readonly (readonly [type: string, text: string, value: bigint | number | boolean])[] = [
    ['INT', '42', 42n],
    ['INT', '  -17abc', -17n],
    ['INT', '+5', 5n],
    ['INT', '', 0n],
    ['INT', 'abc', 0n],
    ['INT', '70000', 4464n],
    ['INT', '3.99', 3n],
    ['DINT', '1_000_000', 1_000_000n],
    ['DINT', '16#FF', 255n],
    ['BYTE', '2#1010_0101', 0xa5n],
    ['WORD', '16#beef', 0xbeefn],
    ['INT', '8#17', 15n],
    ['INT', 'INT#16#10', 16n],
    ['LINT', '-9223372036854775808', -(2n ** 63n)],
    ['ULINT', '18446744073709551615', 2n ** 64n - 1n],
    ['DWORD', '4294967295', 4_294_967_295n],
    ['BOOL', 'TRUE', true],
    ['BOOL', 'true', true],
    ['BOOL', ' True', true],
    ['BOOL', '1', true],
    ['BOOL', '0', false],
    ['BOOL', 'FALSE', false],
    ['BOOL', 'tru', false],
    ['BOOL', '', false],
    ['LREAL', '3.25', 3.25],
    ['LREAL', '-1.5e3', -1500],
    ['LREAL', 'x', 0],
    ['LREAL', '  7', 7],
    ['REAL', '0.1', Math.fround(0.1)],
    ['TIME', 'T#1d2h3m4s5ms', ns(93_784.005)],
    ['TIME', 'TIME#-1.5s', ns(-1.5)],
    ['TIME', '2h_30m', ns(9000)],
    ['TIME', '5', ns(5)],
    ['TIME', 't#250us', 250_000n],
    ['TIME', '', 0n],
    ['LTIME', 'LTIME#3ns', 3n],
    ['DATE', 'D#2024-02-29', 19_782n * 86_400_000_000_000n],
    ['DATE', '1970-01-02', 86_400_000_000_000n],
    ['DATE', 'nonsense', 0n],
    ['TOD', 'TOD#12:30:15.25', ns(45_015.25)],
    ['TOD', '01:02:03', ns(3723)],
    ['DT', 'DT#1970-01-02-01:02:03.004', ns(86_400 + 3723) + 4_000_000n],
  ];

  it('STRING_TO_x reads what a literal may look like', () => {
    const got = evaluate(rows.map(([type, text]) => [type, `STRING_TO_${type}('${text}')`]));
    expect(rows.map(([type, text], i) => [type, text, got[i]])).toEqual(rows);
  });

  it('WSTRING_TO_x reads the same', () => {
    const got = evaluate(rows.map(([type, text]) => [type, `WSTRING_TO_${type}("${text}")`]));
    expect(rows.map(([type, text], i) => [type, text, got[i]])).toEqual(rows);
  });

  it('a bare number of a TIME counts in the unit of the profile', () => {
    expect(evaluate([['TIME', "STRING_TO_TIME('1500')"]], { profile: codesys })).toEqual([1_500_000_000n]);
  });

  it('STRING and WSTRING convert to each other; what Latin-1 lacks becomes ?', () => {
    expect(
      evaluate([
        ['WSTRING', "STRING_TO_WSTRING('é1')"],
        ['STRING', 'WSTRING_TO_STRING("é😀Ω1")'],
        ['CHAR', "STRING_TO_CHAR('xy')"],
        ['WCHAR', "TO_WCHAR('x')"],
      ]),
    ).toEqual(['é1', 'é??1', 120n, 120n]);
  });
});

describe('packed decimal', () => {
  it.each([
    ['UINT', 'WORD_BCD_TO_UINT(16#1234)', 1234n],
    ['USINT', 'BYTE_BCD_TO_USINT(16#99)', 99n],
    ['ULINT', 'LWORD_BCD_TO_ULINT(16#9999999999999999)', 9_999_999_999_999_999n],
    ['INT', 'WORD_BCD_TO_INT(16#0042)', 42n],
    ['UINT', 'WORD_BCD_TO_UINT(16#12A4)', 0n],
    ['UINT', 'BCD_TO_UINT(WORD#16#77)', 77n],
    ['USINT', 'BCD_TO_INT(BYTE#16#42)', 42n],
    ['UINT', 'BCD_TO_INT(WORD#16#9876)', 9876n],
    ['ULINT', 'BCD_TO_INT(LWORD#16#9999999999999999)', 9_999_999_999_999_999n],
    ['INT', 'BCD_TO_INT(BYTE#16#42)', 42n],
    ['WORD', 'INT_TO_BCD(UINT#1234)', 0x1234n],
    ['BYTE', 'INT_TO_BCD(USINT#42)', 0x42n],
    ['DWORD', 'INT_TO_BCD(UDINT#12345678)', 0x12345678n],
    ['WORD', 'INT_TO_BCD(42)', 0x42n],
    ['WORD', 'UINT_TO_BCD_WORD(1234)', 0x1234n],
    ['BYTE', 'USINT_TO_BCD(99)', 0x99n],
    ['WORD', 'UINT_TO_BCD_WORD(12345)', 0x2345n],
    ['LWORD', 'ULINT_TO_BCD_LWORD(9999999999999999)', 0x9999_9999_9999_9999n],
    ['BOOL', 'IS_VALID_BCD(BYTE#16#99)', true],
    ['BOOL', 'IS_VALID_BCD(BYTE#16#9A)', false],
    ['BOOL', 'IS_VALID_BCD(DWORD#16#A0000000)', false],
    ['BOOL', 'IS_VALID_BCD(BYTE#0)', true],
  ] as const)('%s := %s gives %s', (type, expression, expected) => {
    expect(evaluate([[type, expression]])).toEqual([expected]);
  });
});

describe('dates from numbers and back', () => {
  it('CONCAT_DATE agrees with the calendar, and carries over', () => {
    const dates = [
      [1970, 1, 1],
      [2000, 2, 29],
      [2024, 2, 29],
      [2100, 3, 1],
      [1999, 12, 31],
      [2024, 2, 30],
      [2023, 13, 1],
      [2024, 1, 0],
      [1969, 12, 31],
      [2023, 0, 5],
      [2262, 4, 11],
    ] as const;
    const got = evaluate(dates.map(([y, m, d]) => ['DATE', `CONCAT_DATE(${y}, ${m}, ${d})`]));
    expect(got).toEqual(dates.map(([y, m, d]) => BigInt(Date.UTC(y, m - 1, d)) * 1_000_000n));
  });

  it('CONCAT_TOD, CONCAT_DT and CONCAT_DATE_TOD add up', () => {
    expect(
      evaluate([
        ['TOD', 'CONCAT_TOD(12, 30, 15, 250)'],
        ['DT', 'CONCAT_DT(1970, 1, 2, 1, 2, 3, 4)'],
        ['DT', 'CONCAT_DATE_TOD(D#1970-01-02, TOD#00:00:01)'],
        ['LDT', 'CONCAT_DATE_LTOD(D#1970-01-02, LTOD#00:00:01)'],
      ]),
    ).toEqual([45_015_250_000_000n, 90_123_004_000_000n, 86_401_000_000_000n, 86_401_000_000_000n]);
  });

  it('SPLIT_DT takes days of four centuries apart, also before 1970', () => {
    const program = runProgram(`PROGRAM Main
VAR t : DT; y : INT; m, d : USINT; h, mi : DINT; s : ULINT; ms : UINT; END_VAR
SPLIT_DT(t, y, m, d, h, mi, s, ms);
END_PROGRAM`);
    for (let day = -100_000; day < 100_000; day += 1237) {
      const at = new Date(day * 86_400_000 + 45_015_250);
      program.write('Main.t', `DT#${at.toISOString().slice(0, 23).replace('T', '-')}`);
      program.scan();
      expect(['y', 'm', 'd', 'h', 'mi', 's', 'ms'].map((n) => program.read(`Main.${n}`))).toEqual(
        [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), 12, 30, 15, 250].map(BigInt),
      );
    }
  });
});

describe('a format beside the number (PC WORX)', () => {
  it('is taken where it says what the conversion does, and refused otherwise', () => {
    const program = (format: string): string =>
      `PROGRAM Main VAR s : STRING; i : DINT := -42; END_VAR s := DINT_TO_STRING(i, '${format}'); END_PROGRAM`;
    expect(run(program('%d'), ['Main.s'])).toEqual(['-42']);
    expect(errorsOf(program('%05x'))).toEqual(['E4016@1']);
  });
});
