import { foldName } from '../../model/identifier.js';
import type { Problems } from '../problems.js';
import type { Profile } from '../profile.js';
import type { Body, Declaration, PouDeclaration, SourceUnit } from '../syntax/ast.js';
import type { SourceSpan } from '../../model/source-span.js';

/**
 * E9104 for code of another language that a program reaches. Tools put blocks with such code into every document they write
 * (OpenPLC's LOGGER and python_eval); where no program uses them, or the profile says so, they are only a warning.
 */
export function checkForeignCode(problems: Problems, units: readonly SourceUnit[], profile: Profile): void {
  const declarations = units.flatMap((unit) => unit.declarations);
  const foreign = declarations.flatMap((d) =>
    d.kind === 'pou' ? foreignCodeOf(d).map((span) => ({ pou: d, span })) : [],
  );
  if (foreign.length === 0) return;
  const reached = reachable(declarations);
  for (const { pou, span } of foreign) {
    if (reached.has(pou) && profile.foreignCode === 'skipped') {
      problems.report(
        'W9104',
        span,
        `'${pou.name}' holds code of another language, which does not run here; what it would compute keeps its value.`,
      );
    } else if (reached.has(pou)) {
      problems.report(
        'E9104',
        span,
        `'${pou.name}' is used and holds code of another language, which is not supported: write it in a language of IEC 61131-3, or as a plugin.`,
      );
    } else {
      problems.report(
        'W9104',
        span,
        `'${pou.name}' holds code of another language, which does not run here; no program uses it.`,
      );
    }
  }
}

function foreignCodeOf(pou: PouDeclaration): SourceSpan[] {
  const accessors = pou.properties.flatMap((property) => [property.get?.body, property.set?.body]);
  const members = [...pou.methods, ...pou.actions, ...pou.transitions].map(({ body }) => body);
  return [pou.body, ...members, ...accessors].flatMap(foreignIn);
}

function foreignIn(body: Body | undefined): SourceSpan[] {
  if (body?.kind === 'statements') return body.foreign ? [body.foreign] : [];
  if (body?.kind !== 'sfc') return [];
  const actions = body.steps.flatMap(({ associations, macro }) => [
    macro,
    ...associations.map(({ action }) => (action.kind === 'inline' ? action.body : undefined)),
  ]);
  const conditions = body.transitions.map(({ condition }) => (condition.kind === 'body' ? condition.body : undefined));
  return [...actions, ...conditions].flatMap(foreignIn);
}

/** Program units that programs, globals and configurations mention, and what those mention. */
function reachable(declarations: readonly Declaration[]): ReadonlySet<Declaration> {
  const byName = new Map<string, Declaration[]>();
  for (const d of declarations) {
    if (d.kind !== 'pou' && d.kind !== 'type') continue;
    const key = foldName(d.name);
    byName.set(key, [...(byName.get(key) ?? []), d]);
  }
  const reached = new Set<Declaration>();
  const queue = declarations.filter((d) => d.kind === 'globals' || (d.kind === 'pou' && d.pouKind === 'program'));
  for (let d = queue.pop(); d; d = queue.pop()) {
    if (reached.has(d)) continue;
    reached.add(d);
    const names = new Set<string>();
    collectNames(d, names);
    for (const name of names) queue.push(...(byName.get(name) ?? []));
  }
  return reached;
}

/** Folded names of types and functions anywhere in a part of the syntax tree; the last segment of dotted ones. */
function collectNames(node: unknown, into: Set<string>): void {
  if (Array.isArray(node)) {
    for (const each of node) collectNames(each, into);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'span' || key.endsWith('Span')) continue;
    if (typeof value === 'object') collectNames(value, into);
    else if (typeof value === 'string' && (key === 'name' || key === 'typeName' || key === 'member' || key === 'op'))
      into.add(foldName(value.split('.').at(-1)!));
  }
  const { extends: bases } = node as { readonly extends?: unknown };
  for (const base of Array.isArray(bases) ? bases : [bases]) {
    if (typeof base === 'string') into.add(foldName(base.split('.').at(-1)!));
  }
}
