import type { WarmMessage } from '../messages.js';
import { applyMoves, moveOutside } from './memory-moves.js';
import { createScanMachine } from './scan-machine.js';

/**
 * Runs a program on memory of its own for a while. Compiled code belongs to the module, which all threads share, so the thread
 * that takes the program over finds it compiled. What the program does here is nobody's business: faults are ignored.
 */
export function warm({ image, module, tickNs, from, moves, budgetMs }: WarmMessage, initialised: () => void): void {
  try {
    const machine = createScanMachine(image, { module, ...(tickNs !== undefined && { tickNs }) });
    initialised();
    const end = performance.now() + budgetMs;
    if (!moveOutside(moves, from.length, machine.bytes.length)) applyMoves(from, machine.bytes, moves);
    for (let scan = 0; scan < 1000 && performance.now() < end; scan += 1) {
      if (machine.runScan() === undefined) return;
    }
  } catch {
    initialised();
    // The engine that loads it will say what is wrong.
  }
}
