/** What the standard leaves open, decided by data. One documented page each in docs/profiles/. */
export interface Profile {
  readonly name: string;
  readonly integerOverflow: 'wrap' | 'fault';
  /** Intermediate results of types under 32 bits: cut to their type, or computed with 32 bits until they are stored (CODESYS). */
  readonly temporaries: 'typed' | 'native';
  readonly realNonFinite: 'pass' | 'fault';
  /** REAL to integer: IEC rounds to nearest, ties to even. */
  readonly realToInt: 'half-even' | 'half-away' | 'truncate';
  /** REAL to an integer that can't hold it: the nearest value there is, or the low bits of the 64-bit value (MATIEC; below 0 gives 0 for unsigned). NaN gives 0. */
  readonly realToIntOverflow: 'saturate' | 'wrap';
  /** `16#2A`; MATIEC writes `16#2a`. */
  readonly bitStringToString: 'decimal' | 'prefixed-hex' | 'prefixed-hex-lower';
  /** BYTE_TO_BOOL and the like: the rightmost bit (edition 3, table 24), or whether any bit is set. */
  readonly bitStringToBool: 'rightmost-bit' | 'non-zero';
  /** DWORD_TO_REAL, LWORD_TO_LREAL and back: the bits (edition 3, table 25), or the value. */
  readonly bitStringToReal: 'bits' | 'value';
  /** REAL_TO_STRING: shortest text that reads back the same, or ten significant digits as C's `%.10g` (MATIEC). */
  readonly realToString: 'shortest' | 'ten-digits';
  /** TIME_TO_STRING: the units that are not zero (`T#1h30s`), or all down to the last one (MATIEC: `T#0d1h0m30s`). */
  readonly timeToString: 'non-zero-units' | 'leading-units';
  readonly time: 'ns64' | 'ms32';
  /** Located variables that share bytes: one storage, or a cell per address (MATIEC). */
  readonly locatedOverlap: 'alias' | 'separate';
  readonly graphOrder: 'execution-order' | 'outputs-first' | 'topological';
  /** F_TRIG on its first call with CLK FALSE: by the letter of table 44 (M starts FALSE) it pulses. */
  readonly fTrigFirstCall: 'quiet' | 'pulse';
  /** SFC: actions run once more in the scan in which they end. */
  readonly sfcFinalScan: boolean;
  /** SFC: of several transitions that leave one step and may fire, the first, or all that have no priority (MATIEC). */
  readonly sfcSelection: 'first' | 'all';
  /** SFC: blocks of a drawn condition run while it is tested, or in every scan, after the actions of the initial step (Beremiz). */
  readonly sfcConditionBlocks: 'tested' | 'always';
  /** A coil that nothing leads to: writes FALSE, or nothing (Beremiz). */
  readonly openCoil: 'false' | 'kept';
  /** Code of another language in a body that a program uses: an error, or a warning and it does not run (MATIEC compiles it). */
  readonly foreignCode: 'refused' | 'skipped';
  /** Implicit conversions: only widening, or also narrowing with a warning. */
  readonly implicitConversion: 'widening' | 'narrowing-with-warning';
  readonly defaultStringLength: number;
  /** A subrange without an initial value starts at its lower limit (edition 2, 2.3.3.2), or at 0 where 0 belongs to it. */
  readonly subrangeStart: 'lower-limit' | 'zero';
  /** Unit of TIME and TOD converted to and from numbers (REAL and integers alike). DATE and DT count seconds everywhere. */
  readonly timeToRealUnit: 's' | 'ms';
  /** The same of LTIME, LTOD, LDATE and LDT. */
  readonly longTimeUnit: 'ns' | 's';
  /** Type of PV and CV of CTU, CTD and CTUD. */
  readonly counterType: 'INT' | 'WORD';
  /** Counters count up to the greatest value of their type, or only to PV (MATIEC). */
  readonly counterTop: 'type' | 'preset';
  /** INTEGRAL, DERIVATIVE, PID, RAMP, HYSTERESIS of annex F of edition 2, or those of CODESYS' Util library. */
  readonly processBlocks: 'annex-f' | 'util';
  readonly indexFault: 'fault' | 'clamp';
  /** `s[i]`: a CHAR or WCHAR, counted from 1 (edition 3, 6.4.2), or a byte or 16-bit unit, counted from 0 (CODESYS). */
  readonly stringIndex: 'characters-from-1' | 'units-from-0';
  /** Most bytes that objects of __NEW take at once, in steps of 32; 0: there is no __NEW. */
  readonly heapBytes: number;
  /** Functions of the project called CheckBounds, CheckDivDInt and so on: guard all indices, divisions, subranges and pointers, or are like others. */
  readonly checkFunctions: 'ignored' | 'called';
  /** `;` behind END_IF and the like: warned of where it is missing, or not. */
  readonly semicolonAfterEnd: 'expected' | 'optional';
}

const iec: Profile = {
  name: 'iec',
  integerOverflow: 'wrap',
  temporaries: 'typed',
  realNonFinite: 'pass',
  realToInt: 'half-even',
  realToIntOverflow: 'saturate',
  bitStringToString: 'decimal',
  bitStringToBool: 'rightmost-bit',
  bitStringToReal: 'bits',
  realToString: 'shortest',
  timeToString: 'non-zero-units',
  time: 'ns64',
  locatedOverlap: 'alias',
  graphOrder: 'execution-order',
  fTrigFirstCall: 'pulse',
  sfcFinalScan: false,
  sfcSelection: 'first',
  sfcConditionBlocks: 'tested',
  openCoil: 'false',
  foreignCode: 'refused',
  implicitConversion: 'widening',
  defaultStringLength: 254,
  subrangeStart: 'lower-limit',
  timeToRealUnit: 's',
  longTimeUnit: 'ns',
  counterType: 'INT',
  counterTop: 'type',
  processBlocks: 'annex-f',
  indexFault: 'fault',
  stringIndex: 'characters-from-1',
  heapBytes: 0,
  checkFunctions: 'ignored',
  semicolonAfterEnd: 'expected',
};

/** What the CODESYS family has in common. */
const codesys: Profile = {
  ...iec,
  name: 'codesys',
  temporaries: 'native',
  realToInt: 'half-away',
  bitStringToString: 'prefixed-hex',
  bitStringToReal: 'value',
  implicitConversion: 'narrowing-with-warning',
  stringIndex: 'units-from-0',
  heapBytes: 1024 * 1024,
  defaultStringLength: 80,
  subrangeStart: 'zero',
  timeToRealUnit: 'ms',
  counterType: 'WORD',
  processBlocks: 'util',
  checkFunctions: 'called',
  semicolonAfterEnd: 'optional',
  sfcFinalScan: true,
};

export const profiles: readonly Profile[] = [
  iec,
  codesys,
  { ...codesys, name: 'twincat', bitStringToString: 'decimal', bitStringToBool: 'non-zero' },
  {
    ...iec,
    name: 'matiec',
    graphOrder: 'outputs-first',
    stringIndex: 'units-from-0',
    locatedOverlap: 'separate',
    sfcSelection: 'all',
    sfcConditionBlocks: 'always',
    openCoil: 'kept',
    foreignCode: 'skipped',
    defaultStringLength: 126,
    realToIntOverflow: 'wrap',
    bitStringToString: 'prefixed-hex-lower',
    bitStringToBool: 'non-zero',
    bitStringToReal: 'value',
    realToString: 'ten-digits',
    timeToString: 'leading-units',
    longTimeUnit: 's',
    counterTop: 'preset',
  },
];
export const defaultProfile: Profile = iec;

/** Finds a built-in profile by name or alias (`iec61131`); undefined where there is none. */
export function findProfile(name: string): Profile | undefined {
  const folded = name.toLowerCase();
  return folded === 'iec61131' ? iec : profiles.find((p) => p.name === folded);
}
