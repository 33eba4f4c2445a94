import type { Type } from './types.js';

/** Most bytes that the variables of a program may take. */
export const maxMemoryBytes = 64 * 1024 * 1024;

/** Bytes that a variable of the type takes. */
export function sizeOf(type: Type): number {
  switch (type.kind) {
    case 'elementary':
    case 'string':
    case 'array':
    case 'struct':
    case 'instance':
      return type.size;
    case 'enum':
    case 'subrange':
      return type.base.size;
    case 'pointer':
    case 'interface':
    case 'null':
      return 4;
    case 'literal':
    case 'void':
    case 'error':
      return 0;
  }
}

/** Natural alignment, 1 to 8. */
export function alignOf(type: Type): number {
  switch (type.kind) {
    case 'elementary':
      return type.size;
    case 'string':
      return type.wide ? 2 : 1;
    case 'array':
    case 'struct':
    case 'instance':
      return type.align;
    case 'enum':
    case 'subrange':
      return type.base.size;
    case 'pointer':
    case 'interface':
    case 'null':
      return 4;
    case 'literal':
    case 'void':
    case 'error':
      return 1;
  }
}

export const alignUp = (offset: number, align: number): number => Math.ceil(offset / align) * align;
