import { foldName } from '../../model/identifier.js';
import type { RelativeAddress, StructTypeNode } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';
import { findType } from './lookup.js';
import { resolveType } from './resolve-type.js';
import { reportLayoutCycle } from './rule-layout-cycle.js';
import type { Scope } from './symbols.js';
import { alignOf, alignUp, maxMemoryBytes, sizeOf } from './type-size.js';
import { typeName } from './type-name.js';
import { elementaryTypes, type FieldSymbol, type StructType, type Type } from './types.js';

interface Layout {
  readonly fields: ReadonlyMap<string, FieldSymbol>;
  readonly size: number;
  readonly align: number;
}
const empty: Layout = { fields: new Map(), size: 0, align: 1 };

/** A STRUCT or UNION, laid out when it is first looked into, so that pointers may refer to structures that are declared later. */
export function createStructType(c: Compilation, node: StructTypeNode, scope: Scope, name: string): StructType {
  let layout: Layout | 'running' | undefined;
  const complete = (): Layout => {
    if (layout === 'running') {
      reportLayoutCycle(c, name, node.span);
      return empty;
    }
    if (layout) return layout;
    layout = 'running';
    c.layoutChain.push(name);
    layout = layoutStruct(c, node, scope, name);
    c.layoutChain.pop();
    return layout;
  };
  c.later.push(() => void complete());
  return {
    kind: 'struct',
    name,
    union: node.union,
    get fields() {
      return complete().fields;
    },
    get size() {
      return complete().size;
    },
    get align() {
      return complete().align;
    },
  };
}

function layoutStruct(c: Compilation, node: StructTypeNode, scope: Scope, name: string): Layout {
  const fields = new Map<string, FieldSymbol>();
  const strict = c.profile.implicitConversion === 'widening';
  // After an error of the parser its members may be what could not be read.
  if (strict && node.members.length === 0 && node.extends === undefined && c.problems.errorCount === 0)
    c.problems.report('E2006', node.span, `The structure '${name}' has no members; give it one, or remove it.`);
  let end = 0;
  let align = 1;
  if (node.extends !== undefined) {
    const base = findType(c, scope, node.extends);
    const type = base?.kind === 'type' ? base.use.type : undefined;
    if (type?.kind === 'struct') {
      for (const [key, field] of type.fields) fields.set(key, field);
      end = type.size;
      align = type.align;
    } else
      c.problems.report('E2002', node.span, `There is no structure '${node.extends}' that '${name}' could extend.`);
  }
  for (const member of node.members) {
    const key = foldName(member.name);
    const use = resolveType(c, member.type, scope, { name: `${name}.${member.name}` });
    if (fields.has(key)) {
      c.problems.report('E2003', member.span, `'${member.name}' is declared twice in '${name}'; rename one of them.`);
      continue;
    }
    const size = sizeOf(use.type);
    const fieldAlign = Math.min(alignOf(use.type), node.pack ?? Infinity);
    const { relative } = member;
    if (relative) checkRelative(c, relative, use.type, member.name);
    const offset = relative?.byte ?? (node.union ? 0 : alignUp(end, fieldAlign));
    const bit = use.type === elementaryTypes.BOOL ? relative?.bit : undefined;
    const initial = member.initial ? { expression: member.initial, scope } : use.initial;
    const field: FieldSymbol = {
      name: member.name,
      type: use.type,
      offset,
      ...(bit !== undefined && { bit }),
      node: member.type,
      ...(initial && { initial }),
    };
    if (relative && !node.union) checkOverlap(c, relative, field, fields.values());
    fields.set(key, field);
    end = Math.max(end, offset + size);
    align = Math.max(align, fieldAlign);
  }
  if (end > maxMemoryBytes) {
    c.problems.report(
      'E8101',
      node.span,
      `SIZE: the structure '${name}' takes ${end} bytes; a program's variables have 64 MB.`,
    );
    end = 1;
  }
  return { fields, size: alignUp(end, align), align };
}

/** E7004: a bit is the address of a BOOL, and of nothing else. */
function checkRelative(c: Compilation, { text, bit, span }: RelativeAddress, type: Type, name: string): void {
  if (bit === undefined || type === elementaryTypes.BOOL || type.kind === 'error') return;
  c.problems.report(
    'E7004',
    span,
    `${text} has one bit, and '${name}' is ${typeName(type)}; give it the address of a byte, such as %B0.`,
  );
}

/** E7003: members share bytes only where the structure says OVERLAP. */
function checkOverlap(
  c: Compilation,
  { text, span }: RelativeAddress,
  field: FieldSymbol,
  before: Iterable<FieldSymbol>,
): void {
  const endOf = (one: FieldSymbol): number => one.offset + sizeOf(one.type);
  for (const other of before) {
    if (other.offset >= endOf(field) || field.offset >= endOf(other)) continue;
    if (field.bit !== undefined && other.bit !== undefined && field.bit !== other.bit) continue;
    c.problems.report(
      'E7003',
      span,
      `At ${text} '${field.name}' shares bytes with '${other.name}'; move one of them, or write STRUCT OVERLAP.`,
    );
    return;
  }
}
