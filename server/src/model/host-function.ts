/**
 * The functions that a program image imports from `env`, beside `memory`. The engine provides them; the emitter and the
 * interpreter of the tests know their signatures from here. All are pure functions of their arguments and of memory.
 * Addresses are u32 byte addresses into linear memory; strings there are NUL-terminated Latin-1.
 */
export const hostFunctions = {
  /** (fault code number 4001.., site id): throws; never returns. */
  fault: { params: ['i32', 'i32'], result: undefined },
  /** (site id): statement hook of the instrumented form. */
  hook: { params: ['i32'], result: undefined },
  sin: { params: ['f64'], result: 'f64' },
  cos: { params: ['f64'], result: 'f64' },
  tan: { params: ['f64'], result: 'f64' },
  asin: { params: ['f64'], result: 'f64' },
  acos: { params: ['f64'], result: 'f64' },
  atan: { params: ['f64'], result: 'f64' },
  atan2: { params: ['f64', 'f64'], result: 'f64' },
  exp: { params: ['f64'], result: 'f64' },
  ln: { params: ['f64'], result: 'f64' },
  log10: { params: ['f64'], result: 'f64' },
  pow: { params: ['f64', 'f64'], result: 'f64' },
  /** (value, 1 for REAL or 0 for LREAL, destination, capacity in characters): shortest decimal text that reads back the same. */
  real_to_string: { params: ['f64', 'i32', 'i32', 'i32'], result: undefined },
  /** (address of text): value of the leading number, 0 where there is none. */
  string_to_real: { params: ['i32'], result: 'f64' },
  /** (address of text, severity 0 debug 1 info 2 warning 3 error): a line in the log, rate-limited. */
  log: { params: ['i32', 'i32'], result: undefined },
} as const satisfies Record<
  string,
  { params: readonly ('i32' | 'i64' | 'f32' | 'f64')[]; result: 'i32' | 'i64' | 'f32' | 'f64' | undefined }
>;
export type HostFunctionName = keyof typeof hostFunctions;
