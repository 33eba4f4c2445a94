import type { ElementaryName } from './data-type.js';

/**
 * A value on its way between the API and memory. Integers, bit strings, enums, times and dates are bigint (times and dates
 * in nanoseconds), so nothing is rounded; REAL and LREAL are numbers; BOOL is boolean; strings are text.
 */
export type Value =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly type: ElementaryName; readonly value: bigint; readonly enumName?: string }
  | { readonly kind: 'real'; readonly type: 'REAL' | 'LREAL'; readonly value: number }
  | { readonly kind: 'string'; readonly wide: boolean; readonly value: string }
  | { readonly kind: 'array'; readonly elements: readonly Value[] }
  | {
      readonly kind: 'struct';
      readonly typeName: string;
      readonly members: readonly (readonly [name: string, value: Value])[];
    }
  | { readonly kind: 'pointer'; readonly address: number };
