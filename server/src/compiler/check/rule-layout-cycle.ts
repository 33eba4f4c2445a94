import { foldName, sameName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Compilation } from './compilation.js';

/** E2005: a structure or block that contains itself, named with the way around. IEC 61131-3:2013, 6.4.4.6. */
export function reportLayoutCycle(c: Compilation, name: string, span: SourceSpan): void {
  const key = foldName(name);
  if (c.layoutCycles.has(key)) return;
  c.layoutCycles.add(key);
  const from = c.layoutChain.findIndex((one) => sameName(one, name));
  const way = [...c.layoutChain.slice(Math.max(from, 0)), name].join(' -> ');
  c.problems.report(
    'E2005',
    span,
    `RECURSION: '${name}' contains itself (${way}); use a REF_TO or POINTER TO variable instead.`,
  );
}
