import { isDeepStrictEqual } from 'node:util';
import type { DataLayout, ProgramImage } from '../model/program-image.js';
import type { LeafTable } from './leaf-table.js';
import { createLeafTable } from './leaf-table.js';
import type { VariableTree } from './variable-tree.js';
import { createVariableTree } from './variable-tree.js';

/** What explains the words of a runtime's memory. Events of the past keep the layout that they were recorded under. */
export interface Layout {
  /** Counts the layouts that the runtime has had, from 1. An online change that moves no variable goes on with the one before. */
  readonly version: number;
  readonly data: DataLayout;
  readonly tree: VariableTree;
  readonly leaves: LeafTable;
}

/** The layout of a program that runs or is about to. */
export interface LoadedLayout extends Layout {
  readonly image: ProgramImage;
}

/** Layouts of one runtime: the present one, and those that kept events may still need. */
export interface LayoutBook {
  current(): LoadedLayout | undefined;
  find(version: number): Layout | undefined;
  /** Makes a layout for an image, not yet in force. `online`: for one that goes on with the values of the present one. */
  prepare(image: ProgramImage, online?: 'online'): LoadedLayout;
  /** The prepared layout is in force from here on. */
  adopt(layout: LoadedLayout): void;
}

/** Older layouts go when there are more. A watch that resumes before them gets a snapshot. */
const maxLayouts = 64;

export function createLayoutBook(): LayoutBook {
  const known = new Map<number, Layout>();
  let newest = 0;
  let current: LoadedLayout | undefined;
  return {
    current: () => current,
    find: (version) => known.get(version),
    prepare(image, online) {
      const data = dataOf(image);
      // Most edits move no variable: such programs share what takes memory, and online the words mean what they meant.
      if (current && isDeepStrictEqual(current.data, data))
        return { ...current, version: online ? current.version : (newest += 1), image };
      newest += 1;
      const tree = createVariableTree(data);
      return { version: newest, data, tree, leaves: createLeafTable(tree), image };
    },
    adopt(layout) {
      // Of a program that is gone, its variables are enough; and what others keep of its layout (encoded names) goes as well.
      if (current) known.set(current.version, withoutImage(current));
      current = layout;
      known.set(layout.version, layout);
      for (const version of known.keys()) {
        if (known.size <= maxLayouts) break;
        known.delete(version);
      }
    },
  };
}

const dataOf = ({ memory, types, roots, channels }: ProgramImage): DataLayout => ({ memory, types, roots, channels });

const withoutImage = ({ version, data, tree, leaves }: Layout): Layout => ({ version, data, tree, leaves });
