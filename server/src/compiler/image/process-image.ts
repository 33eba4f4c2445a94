import type { Region } from '../../model/program-image.js';
import type { Compilation } from '../check/compilation.js';
import { alignUp } from '../check/type-size.js';
import type { DirectAddress } from '../syntax/ast.js';

type Area = DirectAddress['area'];
const unitBytes: Readonly<Record<DirectAddress['size'], number>> = { X: 1, B: 1, W: 2, D: 4, L: 8 };

/** Bytes of each area that addresses reach. */
export const maxAreaBytes = 65536;

export interface Located {
  readonly address: number;
  readonly bit?: number;
}

/** The areas %I, %Q and %M: first every address is requested, then they are laid out, then looked up. */
export interface ProcessImage {
  /** `size`: bytes of the variable there. Reports addresses that are out of reach. */
  request(node: DirectAddress, size: number): void;
  layOut(start: number): {
    readonly inputs: Region;
    readonly outputs: Region;
    readonly markers: Region;
    readonly end: number;
  };
  find(node: DirectAddress): Located | undefined;
  /** Every complete address that was requested, by its text. */
  readonly requested: ReadonlyMap<string, DirectAddress>;
}

/** Byte and bit of an address that counts bytes and bits; undefined for longer hierarchies, which mean a place of their own. */
function flatAddress(node: DirectAddress): { readonly byte: number; readonly bit?: number } | undefined {
  const [first, second] = node.path;
  if (first === undefined) return undefined;
  if (node.size === 'X') {
    if (node.path.length === 1) return { byte: first >> 3, bit: first & 7 };
    return node.path.length === 2 && second! <= 7 ? { byte: first, bit: second! } : undefined;
  }
  return node.path.length === 1 ? { byte: first * unitBytes[node.size] } : undefined;
}

export function createProcessImage(c: Compilation): ProcessImage {
  const requested = new Map<string, DirectAddress>();
  const sizes = new Map<string, number>();
  const ends: Record<Area, number> = { I: 0, Q: 0, M: 0 };
  const starts: Record<Area, number> = { I: 0, Q: 0, M: 0 };
  const cells = new Map<string, number>();

  const isSeparate = (node: DirectAddress): boolean =>
    c.profile.locatedOverlap === 'separate' || !flatAddress(node) || (sizes.get(node.text) ?? 0) > unitBytes[node.size];

  return {
    requested,
    request(node, size) {
      if (node.path.length === 0) return;
      const flat = flatAddress(node);
      if (flat && flat.byte + Math.min(size, maxAreaBytes + 1) > maxAreaBytes && c.profile.locatedOverlap === 'alias') {
        c.problems.report(
          'E7002',
          node.span,
          `${node.text} is beyond the ${maxAreaBytes} bytes of the area %${node.area}.`,
        );
        return;
      }
      requested.set(node.text, node);
      sizes.set(node.text, Math.max(sizes.get(node.text) ?? 0, size));
    },
    layOut(start) {
      let end = start;
      const region = (area: Area): Region => {
        const from = alignUp(end, 16);
        starts[area] = from;
        const nodes = [...requested.values()].filter((node) => node.area === area);
        ends[area] = 0;
        for (const node of nodes) {
          if (isSeparate(node)) continue;
          ends[area] = Math.max(ends[area], flatAddress(node)!.byte + unitBytes[node.size]);
        }
        let top = from + ends[area];
        for (const node of nodes) {
          if (!isSeparate(node)) continue;
          const size = Math.max(sizes.get(node.text)!, unitBytes[node.size]);
          const address = alignUp(top, Math.min(8, size));
          cells.set(node.text, address);
          top = address + size;
        }
        end = alignUp(top, 16);
        return { start: from, size: end - from };
      };
      return { inputs: region('I'), outputs: region('Q'), markers: region('M'), end };
    },
    find(node) {
      const cell = cells.get(node.text);
      if (cell !== undefined) return { address: cell };
      const flat = flatAddress(node);
      if (!flat || !requested.has(node.text)) return undefined;
      return { address: starts[node.area] + flat.byte, ...(flat.bit !== undefined && { bit: flat.bit }) };
    },
  };
}
