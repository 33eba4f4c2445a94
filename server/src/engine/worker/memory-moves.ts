import type { MemoryCell, MemoryMove } from '../engine.js';
import { readScalar, scalarSizes, writeScalar } from './scalar-access.js';

/** Length in bytes that a move reads and writes. */
function spanOf(move: MemoryMove): { readonly read: number; readonly written: number } {
  switch (move.kind) {
    case 'bytes':
      return { read: move.size, written: move.size };
    case 'bool':
      return { read: 1, written: 1 };
    case 'convert':
      return { read: scalarSizes[move.fromType], written: scalarSizes[move.toType] };
    default:
      return move satisfies never;
  }
}

/** The first move that lies outside of memories of these sizes. */
export function moveOutside(moves: readonly MemoryMove[], fromSize: number, toSize: number): MemoryMove | undefined {
  const outside = (start: number, size: number, limit: number): boolean =>
    !(Number.isInteger(start) && Number.isInteger(size) && start >= 0 && size >= 0 && start + size <= limit);
  return moves.find((move) => {
    const { read, written } = spanOf(move);
    return outside(move.from, read, fromSize) || outside(move.to, written, toSize);
  });
}

/** Carries the values of an online change into the new memory. */
export function applyMoves(from: Uint8Array, to: Uint8Array, moves: readonly MemoryMove[]): void {
  const source = new DataView(from.buffer, from.byteOffset, from.byteLength);
  const target = new DataView(to.buffer, to.byteOffset, to.byteLength);
  for (const move of moves) {
    switch (move.kind) {
      case 'bytes':
        to.set(from.subarray(move.from, move.from + move.size), move.to);
        break;
      case 'bool':
        writeScalar(target, move.to, 'bool', readScalar(source, move.from, 'bool', move.fromBit), move.toBit);
        break;
      case 'convert':
        writeScalar(target, move.to, move.toType, readScalar(source, move.from, move.fromType));
        break;
      default:
        move satisfies never;
    }
  }
}

/** Where forced cells are after an online change; cells that nothing carries are released. Converted cells are too. */
export function moveForces(cells: readonly MemoryCell[], moves: readonly MemoryMove[]): MemoryCell[] {
  const moved: MemoryCell[] = [];
  for (const cell of cells) {
    if (cell.bit !== undefined) {
      const { address, bit } = cell;
      const bool = moves.find((m) => m.kind === 'bool' && m.from === address && m.fromBit === bit);
      const run = moves.find((m) => m.kind === 'bytes' && m.from <= address && address < m.from + m.size);
      if (bool?.kind === 'bool') {
        moved.push({ address: bool.to, bytes: cell.bytes, ...(bool.toBit !== undefined && { bit: bool.toBit }) });
      } else if (run) moved.push({ ...cell, address: run.to + address - run.from });
      continue;
    }
    cell.bytes.forEach((value, i) => {
      const address = cell.address + i;
      const bool = moves.find((m) => m.kind === 'bool' && m.from === address && m.fromBit === undefined);
      const run = moves.find((m) => m.kind === 'bytes' && m.from <= address && address < m.from + m.size);
      if (bool?.kind === 'bool') {
        moved.push({
          address: bool.to,
          bytes: Uint8Array.of(value),
          ...(bool.toBit !== undefined && { bit: bool.toBit }),
        });
      } else if (run) moved.push({ address: run.to + address - run.from, bytes: Uint8Array.of(value) });
    });
  }
  return moved;
}
