/** What the standard leaves open, decided by data. One documented page each in docs/profiles/. */
export interface Profile {
  readonly name: string;
  readonly integerOverflow: 'wrap' | 'fault';
  readonly realNonFinite: 'pass' | 'fault';
  /** REAL to integer: IEC rounds to nearest, ties to even. */
  readonly realToInt: 'half-even' | 'half-away' | 'truncate';
  readonly bitStringToString: 'decimal' | 'prefixed-hex';
  readonly time: 'ns64' | 'ms32';
  /** Located variables that share bytes: one storage, or a cell per address (MATIEC). */
  readonly locatedOverlap: 'alias' | 'separate';
  readonly graphOrder: 'execution-order' | 'topological';
  /** F_TRIG on its first call with CLK FALSE: MATIEC pulses, IEC ed. 3 does not. */
  readonly fTrigFirstCall: 'quiet' | 'pulse';
  /** SFC: may a step entered in this scan leave in it, and do N actions get a final scan. */
  readonly sfcFinalScan: boolean;
  /** Implicit conversions: only widening, or also narrowing with a warning. */
  readonly implicitConversion: 'widening' | 'narrowing-with-warning';
  readonly defaultStringLength: number;
  readonly timeToRealUnit: 's' | 'ms';
  readonly indexFault: 'fault' | 'clamp';
}

const iec: Profile = {
  name: 'iec',
  integerOverflow: 'wrap',
  realNonFinite: 'pass',
  realToInt: 'half-even',
  bitStringToString: 'decimal',
  time: 'ns64',
  locatedOverlap: 'alias',
  graphOrder: 'execution-order',
  fTrigFirstCall: 'quiet',
  sfcFinalScan: false,
  implicitConversion: 'widening',
  defaultStringLength: 254,
  timeToRealUnit: 's',
  indexFault: 'fault',
};

export const profiles: readonly Profile[] = [
  iec,
  { ...iec, name: 'codesys', realToInt: 'half-away', bitStringToString: 'prefixed-hex', implicitConversion: 'narrowing-with-warning', defaultStringLength: 80, timeToRealUnit: 'ms', sfcFinalScan: true },
  { ...iec, name: 'twincat', realToInt: 'half-away', implicitConversion: 'narrowing-with-warning', defaultStringLength: 80, timeToRealUnit: 'ms', sfcFinalScan: true },
  { ...iec, name: 'matiec', locatedOverlap: 'separate', fTrigFirstCall: 'pulse', defaultStringLength: 126 },
];
export const defaultProfile: Profile = iec;

/** Finds a built-in profile by name or alias (`iec61131`); undefined where there is none. */
export function findProfile(name: string): Profile | undefined {
  const folded = name.toLowerCase();
  return folded === 'iec61131' ? iec : profiles.find((p) => p.name === folded);
}
