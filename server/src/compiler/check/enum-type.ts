import { foldName } from '../../model/identifier.js';
import type { EnumTypeNode } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';
import { resolveType } from './resolve-type.js';
import type { Scope } from './symbols.js';
import { typeName } from './type-name.js';
import { elementaryTypes, type ElementaryType, type EnumType } from './types.js';

type Values = Map<string, { readonly name: string; readonly value: bigint }>;

const bases: readonly ElementaryType[] = [
  elementaryTypes.INT,
  elementaryTypes.DINT,
  elementaryTypes.UDINT,
  elementaryTypes.LINT,
  elementaryTypes.ULINT,
];

function fits(value: bigint, type: ElementaryType): boolean {
  const bits = BigInt(type.size * 8);
  return type.group === 'signed'
    ? value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n)
    : value >= 0n && value < 1n << bits;
}

/** An enumeration. Its values are computed on first use; a value may refer to names before it. IEC 61131-3:2013, 6.4.4.2. */
export function createEnumType(
  c: Compilation,
  node: EnumTypeNode,
  scope: Scope,
  name: string,
  attributes: Pick<EnumType, 'qualifiedOnly' | 'strict'> = {},
  initialName?: () => bigint | undefined,
): EnumType {
  const values: Values = new Map();
  let started = false;
  const complete = (): Values => {
    if (started) return values;
    started = true;
    let next = 0n;
    for (const one of node.values) {
      const key = foldName(one.name);
      if (one.value) {
        const given = c.evaluate(one.value, scope, undefined)?.value;
        if (typeof given === 'bigint') next = given;
        else if (given !== undefined)
          c.problems.report('E2007', one.span, `The value of '${one.name}' has to be an integer constant.`);
      }
      if (values.has(key))
        c.problems.report(
          'E2018',
          one.span,
          `'${one.name}' stands twice in the enumeration '${name}'; rename one of them.`,
        );
      else values.set(key, { name: one.name, value: next });
      next += 1n;
    }
    return values;
  };
  let base: ElementaryType | undefined;
  const baseOf = (): ElementaryType => {
    if (base) return base;
    const given = node.base && resolveType(c, node.base, scope).type;
    if (given?.kind === 'elementary' && ['signed', 'unsigned', 'bits', 'bool'].includes(given.group))
      return (base = given);
    if (node.base && given && given.kind !== 'error')
      c.problems.report(
        'E2018',
        node.base.span,
        `The values of '${name}' are integers, and ${typeName(given)} is no integer type; write INT, or another one.`,
      );
    const all = [...complete().values()].map((v) => v.value);
    return (base = bases.find((type) => all.every((value) => fits(value, type))) ?? elementaryTypes.LINT);
  };
  c.later.push(() => {
    complete();
    baseOf();
    initialName?.();
  });
  return {
    kind: 'enum',
    ...attributes,
    name,
    toText: node.toText === true,
    get base() {
      return baseOf();
    },
    get values() {
      return complete();
    },
    get initial() {
      return initialName?.() ?? [...complete().values()][0]?.value ?? 0n;
    },
  };
}
