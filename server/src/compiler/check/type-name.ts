import type { Type } from './types.js';

/** How a finding names a type. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'elementary':
      return type.name;
    case 'string':
      return `${type.wide ? 'WSTRING' : 'STRING'}[${type.capacity}]`;
    case 'array':
      return `ARRAY[${type.dynamic ? type.bounds.map(() => '*').join(',') : type.bounds.map((b) => `${b.low}..${b.high}`).join(',')}] OF ${typeName(type.element)}`;
    case 'struct':
    case 'enum':
    case 'subrange':
    case 'instance':
    case 'interface':
      return type.name;
    case 'pointer':
      if (type.target.kind === 'void') return 'address';
      return `${{ pointer: 'POINTER TO', ref_to: 'REF_TO', reference: 'REFERENCE TO' }[type.form]} ${typeName(type.target)}`;
    case 'literal':
      return {
        int: 'integer literal',
        real: 'real literal',
        string: 'STRING literal',
        wstring: 'WSTRING literal',
        bool: 'BOOL literal',
      }[type.form];
    case 'null':
      return 'NULL';
    case 'void':
      return 'no value';
    case 'error':
      return '?';
  }
}

/** Same values and same layout; lengths of strings do not matter unless `exact`. */
export function sameType(a: Type, b: Type, exact = false): boolean {
  if (a === b) return true;
  if (a.kind === 'error' || b.kind === 'error') return true;
  switch (a.kind) {
    case 'string':
      return b.kind === 'string' && a.wide === b.wide && (!exact || a.capacity === b.capacity);
    case 'array':
      return (
        b.kind === 'array' &&
        a.bounds.length === b.bounds.length &&
        (a.dynamic ||
          b.dynamic ||
          a.bounds.every((bound, i) => bound.high - bound.low === b.bounds[i]!.high - b.bounds[i]!.low)) &&
        sameType(a.element, b.element, true)
      );
    case 'pointer':
      return b.kind === 'pointer' && sameType(a.target, b.target);
    case 'subrange':
      return b.kind === 'subrange' && a.base === b.base && a.low === b.low && a.high === b.high;
    case 'null':
    case 'void':
      return b.kind === a.kind;
    default:
      return false;
  }
}
