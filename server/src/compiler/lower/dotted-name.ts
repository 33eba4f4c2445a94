import type { Expression } from '../syntax/ast.js';

/** `A.B.C` as one name; undefined for anything else. */
export function dottedName(node: Expression): string | undefined {
  if (node.kind === 'name') return node.name;
  if (node.kind !== 'member') return undefined;
  const object = dottedName(node.object);
  return object === undefined ? undefined : `${object}.${node.member}`;
}
