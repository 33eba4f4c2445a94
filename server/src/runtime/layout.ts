import type { ProgramImage } from '../model/program-image.js';
import type { LeafTable } from './leaf-table.js';
import { createLeafTable } from './leaf-table.js';
import type { VariableTree } from './variable-tree.js';
import { createVariableTree } from './variable-tree.js';

/** What explains the words of a runtime's memory. Events of the past keep the layout that they were recorded under. */
export interface Layout {
  /** Counts programs loaded into the runtime, from 1. */
  readonly version: number;
  readonly image: ProgramImage;
  readonly tree: VariableTree;
  readonly leaves: LeafTable;
}

/** Layouts of one runtime: the present one, and those that kept events may still need. */
export interface LayoutBook {
  current(): Layout | undefined;
  find(version: number): Layout | undefined;
  /** Makes a layout for an image, not yet in force. */
  prepare(image: ProgramImage): Layout;
  /** The prepared layout is in force from here on. */
  adopt(layout: Layout): void;
}

/** Older layouts go when there are more. A watch that resumes before them gets a snapshot. */
const maxLayouts = 64;

export function createLayoutBook(): LayoutBook {
  const known = new Map<number, Layout>();
  let newest = 0;
  let current: Layout | undefined;
  return {
    current: () => current,
    find: (version) => known.get(version),
    prepare(image) {
      newest += 1;
      const tree = createVariableTree(image);
      return { version: newest, image, tree, leaves: createLeafTable(tree) };
    },
    adopt(layout) {
      current = layout;
      known.set(layout.version, layout);
      for (const version of known.keys()) {
        if (known.size <= maxLayouts) break;
        known.delete(version);
      }
    },
  };
}
