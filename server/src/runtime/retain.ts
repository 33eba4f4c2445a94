import type { MemoryCell } from '../engine/engine.js';
import type { ProgramImage } from '../model/program-image.js';
import type { RetainField, RetainImage, RetainStore } from '../store/retain-store.js';
import type { LoadedLayout } from './layout.js';
import { typeName } from './value-codec.js';
import type { Variable } from './variable-tree.js';
import { createVariableTree, type VariableTree } from './variable-tree.js';

/** Retained variables of a runtime on disk, found again by name and type. */
export interface RetainKeeper {
  /** Takes the bytes of the retain region after a scan; saved off the scan thread. */
  offer(layout: LoadedLayout, scan: number, bytes: Uint8Array): void;
  /** What to lay over the initial values of an image: the saved values of variables that it still has, with the same type. */
  cellsFor(image: ProgramImage): readonly MemoryCell[];
  close(): Promise<void>;
}

interface RetainLeaf {
  readonly variable: Variable;
  readonly field: RetainField;
}

/** `saved` is what the store read at start; the newest offer replaces it. */
export function createRetainKeeper(
  store: RetainStore,
  saved: RetainImage | undefined,
  onFailure: (error: unknown) => void,
): RetainKeeper {
  let newest = saved;
  const known = new WeakMap<
    ProgramImage,
    { readonly leaves: readonly RetainLeaf[]; readonly fields: readonly RetainField[] }
  >();
  const leavesOf = (
    image: ProgramImage,
    tree: VariableTree,
  ): { readonly leaves: readonly RetainLeaf[]; readonly fields: readonly RetainField[] } => {
    const found = known.get(image);
    if (found) return found;
    const leaves = retainLeaves(tree);
    const made = { leaves, fields: leaves.map((l) => l.field) };
    known.set(image, made);
    return made;
  };
  return {
    offer({ image, tree }, scan, bytes) {
      const { leaves, fields } = leavesOf(image, tree);
      const { start } = image.memory.retain;
      const values = new Uint8Array(fields.reduce((sum, f) => sum + f.sizeBytes, 0));
      let at = 0;
      for (const { variable, field } of leaves) {
        const from = variable.address - start;
        if (variable.bit === undefined) values.set(bytes.subarray(from, from + field.sizeBytes), at);
        else values[at] = (bytes[from]! >> variable.bit) & 1;
        at += field.sizeBytes;
      }
      newest = { digest: image.digest, scan, fields, values };
      store.save(newest).catch(onFailure);
    },
    cellsFor(image) {
      if (!newest) return [];
      const places = new Map(
        leavesOf(image, createVariableTree(image)).leaves.map((l) => [`${l.field.name}\n${l.field.type}`, l.variable]),
      );
      const cells: MemoryCell[] = [];
      let at = 0;
      for (const field of newest.fields) {
        const variable = places.get(`${field.name}\n${field.type}`);
        const bytes = newest.values.slice(at, at + field.sizeBytes);
        at += field.sizeBytes;
        if (variable)
          cells.push({ address: variable.address, bytes, ...(variable.bit !== undefined && { bit: variable.bit }) });
      }
      return cells;
    },
    close: () => store.close(),
  };
}

function retainLeaves(tree: VariableTree): readonly RetainLeaf[] {
  const { data } = tree;
  const { start, size } = data.memory.retain;
  const leaves: RetainLeaf[] = [];
  for (const root of data.roots) {
    for (const variable of tree.leavesBelow(tree.resolve(root.path))) {
      const { kind, size: typeSize } = tree.typeOf(variable);
      const bytes = variable.bit === undefined ? typeSize : 1;
      // An address means nothing after a restart.
      if (kind === 'pointer') continue;
      if (!variable.retain || variable.indirect || variable.address < start || variable.address + bytes > start + size)
        continue;
      leaves.push({
        variable,
        field: { name: variable.path, type: typeName(data.types, variable.type), sizeBytes: bytes },
      });
    }
  }
  return leaves;
}
