import type { BlockSymbol } from '../check/symbols.js';
import type { IrCell } from '../ir/ir.js';

/** One space of offsets within which cells and addresses can meet: linear memory, instances of a block, a function's frame. */
export interface AliasDomain {
  readonly name: string;
  /** Of instances: the block. */
  readonly block?: BlockSymbol;
  /** Ranges that are written by address: start, end. */
  readonly marks: (readonly [start: number, end: number])[];
}
/** Where a cell lies in a domain: the outermost one that holds it, and every block instance around it. */
export interface AliasLink {
  readonly domain: AliasDomain;
  readonly offset: number;
}

export const createDomain = (name: string, block?: BlockSymbol): AliasDomain => ({
  name,
  ...(block && { block }),
  marks: [],
});

/** All cells of a module; `finish` decides which can be reached by address. */
export interface CellTable {
  cell(key: Omit<IrCell, 'aliased'>, links: readonly AliasLink[], size: number): IrCell;
  /** Something may write these bytes by address. */
  mark(links: readonly AliasLink[], size: number): void;
  /** Cells of an earlier compile; `changed` is called by `finish` where what it decides of one of them is not what it was. */
  addAll(cells: readonly PlacedCell[], changed: () => void): void;
  finish(): void;
}

export interface PlacedCell {
  readonly cell: IrCell;
  readonly links: readonly AliasLink[];
  readonly size: number;
}

type MutableCell = { -readonly [K in keyof IrCell]: IrCell[K] };

export function createCellTable(): CellTable {
  const cells: PlacedCell[] = [];
  const groups: { readonly cells: readonly PlacedCell[]; readonly changed?: () => void }[] = [{ cells }];
  return {
    addAll: (list, changed) => void groups.push({ cells: list, changed }),
    cell(key, links, size) {
      const cell: IrCell = { ...key, aliased: false };
      cells.push({ cell, links, size });
      return cell;
    },
    mark(links, size) {
      for (const { domain, offset } of links) domain.marks.push([offset, offset + size]);
    },
    finish() {
      const merged = new Map<AliasDomain, (readonly [number, number])[]>();
      const rangesOf = (domain: AliasDomain): (readonly [number, number])[] => {
        let ranges = merged.get(domain);
        if (!ranges) {
          ranges = mergeRanges(domain.marks);
          merged.set(domain, ranges);
        }
        return ranges;
      };
      for (const group of groups) {
        let differs = false;
        for (const { cell, links, size } of group.cells) {
          const aliased = links.some((link) => overlaps(rangesOf(link.domain), link.offset, link.offset + size));
          if (cell.aliased === aliased) continue;
          differs = true;
          (cell as MutableCell).aliased = aliased;
        }
        if (differs) group.changed?.();
      }
    },
  };
}

function mergeRanges(marks: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const sorted = [...marks].sort((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  for (const [start, end] of sorted) {
    const last = out.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else out.push([start, end]);
  }
  return out;
}

/** Whether a range meets one of the sorted, disjoint ranges. */
function overlaps(ranges: readonly (readonly [number, number])[], start: number, end: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]![1] <= start) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low]![0] < end;
}
