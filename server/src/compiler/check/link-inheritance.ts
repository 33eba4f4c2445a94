import type { SourceSpan } from '../../model/source-span.js';
import type { Compilation } from './compilation.js';
import { findType } from './lookup.js';
import { foldName } from '../../model/identifier.js';
import { nearestName } from '../../model/nearest-name.js';
import type { BlockSymbol, InterfaceSymbol } from './symbols.js';

/** Resolves EXTENDS and IMPLEMENTS of every block and interface, breaks cycles, and decides who has a header word. */
export function linkInheritance(c: Compilation): void {
  const blocks: BlockSymbol[] = [];
  const interfaces: InterfaceSymbol[] = [];
  for (const symbol of [...c.table.types.values()]) {
    if (symbol.kind === 'block') blocks.push(symbol);
    else if (symbol.kind === 'interface') interfaces.push(symbol);
  }
  for (const one of interfaces)
    one.bases = one.declaration.extends.flatMap((name) => interfaceNamed(c, one, name, spanOfBase(one, name)));
  for (const block of blocks) linkBlock(c, block);
  for (const one of interfaces) breakInterfaceCycle(c, one);
  for (const block of blocks) breakBlockCycle(c, block);
  for (const block of blocks) block.base?.derived.push(block);
  markHeaders(blocks);
}

/** Where a base or interface is named; the unit's own name where the document does not tell. */
const spanOfBase = ({ declaration }: BlockSymbol | InterfaceSymbol, name: string): SourceSpan =>
  declaration.baseSpans?.get(name) ?? declaration.nameSpan;

function linkBlock(c: Compilation, block: BlockSymbol): void {
  const { declaration } = block;
  const [baseName, ...more] = declaration.extends;
  if (baseName !== undefined) {
    const base = findType(c, block.scope, baseName);
    if (block.pouKind === 'program')
      c.problems.report(
        'E5001',
        declaration.nameSpan,
        `A program can't extend '${baseName}'; only function blocks and classes can.`,
      );
    else if (base?.kind === 'block' && base.pouKind !== 'program') {
      if (base.declaration.final)
        c.problems.report('E5002', declaration.nameSpan, `'${base.name}' is FINAL and can't be extended.`);
      block.base = base;
    } else reportMissing(c, spanOfBase(block, baseName), 'function block or class', baseName, base !== undefined);
  }
  if (more.length > 0)
    c.problems.report(
      'E5001',
      declaration.nameSpan,
      `'${block.name}' extends several blocks; only one base is possible.`,
    );
  block.interfaces = declaration.implements.flatMap((name) => interfaceNamed(c, block, name, spanOfBase(block, name)));
}

function interfaceNamed(
  c: Compilation,
  from: BlockSymbol | InterfaceSymbol,
  name: string,
  span: SourceSpan,
): InterfaceSymbol[] {
  // What __QUERYINTERFACE asks for in CODESYS; here every interface can be asked, and this one has no methods.
  if (foldName(name) === '__SYSTEM.IQUERYINTERFACE') return [];
  const found = findType(c, from.scope, name);
  if (found?.kind === 'interface') return [found];
  reportMissing(c, span, 'interface', name, found !== undefined);
  return [];
}

function reportMissing(c: Compilation, span: SourceSpan, what: string, name: string, exists: boolean): void {
  if (!exists && c.libraries.noteQualified(name, span, (head) => c.table.namespaces.has(head))) return;
  const near = exists
    ? undefined
    : nearestName(
        name,
        [...c.table.types.values()].map((t) => t.name),
      );
  c.problems.report(
    'E5003',
    span,
    exists
      ? `'${name}' is not a ${what}.`
      : `There is no ${what} '${name}'${near ? `; did you mean '${near}'?` : '; declare it or add its library.'}`,
  );
}

function breakBlockCycle(c: Compilation, block: BlockSymbol): void {
  const seen = new Set<BlockSymbol>([block]);
  for (let b = block.base; b; b = b.base) {
    if (!seen.has(b)) {
      seen.add(b);
      continue;
    }
    c.problems.report(
      'E2005',
      block.declaration.nameSpan,
      `RECURSION: '${block.name}' extends itself (${[...seen].map((one) => one.name).join(' -> ')} -> ${b.name}).`,
    );
    delete block.base;
    return;
  }
}

function breakInterfaceCycle(c: Compilation, symbol: InterfaceSymbol): void {
  const reaches = (from: InterfaceSymbol, seen: Set<InterfaceSymbol>): boolean =>
    from.bases.some((base) => base === symbol || (!seen.has(base) && (seen.add(base), reaches(base, seen))));
  if (!reaches(symbol, new Set())) return;
  c.problems.report('E2005', symbol.declaration.nameSpan, `RECURSION: the interface '${symbol.name}' extends itself.`);
  symbol.bases = [];
}

/** Every block of a family has a header when one of them extends another or has an interface. */
function markHeaders(blocks: readonly BlockSymbol[]): void {
  const rootOf = (block: BlockSymbol): BlockSymbol => {
    let root = block;
    while (root.base) root = root.base;
    return root;
  };
  const roots = new Set<BlockSymbol>();
  for (const block of blocks) if (block.base || block.interfaces.length > 0) roots.add(rootOf(block));
  let next = 1;
  for (const block of blocks) {
    if (!roots.has(rootOf(block))) continue;
    block.header = true;
    block.typeId = next;
    next += 1;
  }
}
