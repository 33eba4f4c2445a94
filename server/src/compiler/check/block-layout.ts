import type { Compilation } from './compilation.js';
import { reportLayoutCycle } from './rule-layout-cycle.js';
import type { BlockSymbol, VariableSymbol } from './symbols.js';
import { alignOf, alignUp, maxMemoryBytes, sizeOf } from './type-size.js';
import type { InstanceType } from './types.js';

interface Layout {
  readonly size: number;
  readonly align: number;
  /** End of the last member, without padding: where a derived block goes on. */
  readonly end: number;
}
const layouts = new WeakMap<BlockSymbol, Layout | 'running'>();

/** The type of a block's instances; it is laid out when its size is first asked for. */
export function createInstanceType(c: Compilation, block: BlockSymbol): InstanceType {
  const layout = (): Layout => layoutBlock(c, block);
  return {
    kind: 'instance',
    name: block.name,
    declaration: block.declaration,
    get size() {
      return layout().size;
    },
    set size(_: number) {
      throw new Error('The layout decides.');
    },
    get align() {
      return layout().align;
    },
    set align(_: number) {
      throw new Error('The layout decides.');
    },
  };
}

/** Bytes that a VAR_IN_OUT takes in an instance: the address, and two bounds for each dimension of ARRAY[*]. */
export function inOutSize(variable: VariableSymbol): number {
  return variable.type.kind === 'array' && variable.type.dynamic ? 4 + variable.type.bounds.length * 8 : 4;
}

/** Whether VAR_TEMP lies in the instance: actions are functions of their own and see it too. */
export const tempsInInstance = (block: BlockSymbol): boolean => block.actions.size > 0;

/**
 * Places the members of a block: the base block's first, then its own in order of declaration, each at its natural alignment.
 * A header word with the type's number comes first where the block takes part in inheritance or has interfaces.
 */
export function layoutBlock(c: Compilation, block: BlockSymbol): Layout {
  const known = layouts.get(block);
  if (known === 'running') {
    reportLayoutCycle(c, block.name, block.declaration.nameSpan);
    return { size: 0, align: 1, end: 0 };
  }
  if (known) return known;
  layouts.set(block, 'running');
  c.layoutChain.push(block.name);
  const base = block.base && layoutBlock(c, block.base);
  let end = base ? base.end : block.header ? 4 : 0;
  let align = base?.align ?? (block.header ? 4 : 1);
  const place = (size: number, memberAlign: number): number => {
    const offset = alignUp(end, memberAlign);
    end = offset + size;
    align = Math.max(align, memberAlign);
    return offset;
  };
  for (const variable of block.variables.values()) placeMember(c, block, variable, place);
  for (const method of block.methods.values()) {
    for (const variable of method.variables.values()) {
      if (variable.section === 'VAR_INST')
        variable.storage = { kind: 'instance', offset: place(sizeOf(variable.type), alignOf(variable.type)) };
    }
  }
  if (end > maxMemoryBytes) {
    // What holds it would be larger still, and is not told again.
    c.problems.report(
      'E8101',
      block.declaration.nameSpan,
      `SIZE: an instance of '${block.name}' takes ${end} bytes; a program's variables have 64 MB.`,
    );
    end = 1;
  }
  const layout: Layout = { size: Math.max(alignUp(end, align), 1), align, end };
  c.layoutChain.pop();
  layouts.set(block, layout);
  return layout;
}

function placeMember(
  c: Compilation,
  block: BlockSymbol,
  variable: VariableSymbol,
  place: (size: number, align: number) => number,
): void {
  const { type } = variable;
  switch (variable.section) {
    case 'VAR_EXTERNAL':
    case 'VAR_STAT':
    case 'VAR_GLOBAL':
      return;
    case 'VAR_TEMP':
      if (!tempsInInstance(block)) return;
      break;
    case 'VAR_IN_OUT':
      variable.storage = { kind: 'indirect', offset: place(inOutSize(variable), 4) };
      return;
    default:
      break;
  }
  if (variable.location && variable.location.path.length > 0) return; // absolute, see image/process-image.ts
  if (variable.retain) {
    if (block.pouKind !== 'program' || c.instanceCount(block) > 1)
      variable.storage = { kind: 'indirect', offset: place(4, 4) };
    return;
  }
  variable.storage = { kind: 'instance', offset: place(sizeOf(type), alignOf(type)) };
}
