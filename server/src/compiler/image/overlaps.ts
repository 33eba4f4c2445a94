import type { Lowering } from '../lower/lowering.js';
import type { ProcessImage } from './process-image.js';

const bytesOf = { X: 1, B: 1, W: 2, D: 4, L: 8 } as const;

/** Marks bytes of the process image that several addresses of different extent share: no copy of them may be kept. */
export function markOverlaps(c: Lowering, image: ProcessImage): void {
  const places = [...image.requested.values()].flatMap((node) => {
    const found = image.find(node);
    return found ? [{ start: found.address, end: found.address + bytesOf[node.size], bit: found.bit }] : [];
  });
  places.sort((a, b) => a.start - b.start || a.end - b.end);
  let widest = places[0];
  for (const place of places.slice(1)) {
    if (widest && place.start < widest.end) {
      // Two bits of one byte don't disturb each other.
      const bits = place.bit !== undefined && widest.bit !== undefined;
      const same = place.start === widest.start && place.end === widest.end && place.bit === widest.bit;
      if (!bits && !same)
        c.cells.mark([{ domain: c.memory, offset: widest.start }], Math.max(widest.end, place.end) - widest.start);
    }
    if (!widest || place.end > widest.end) widest = place;
  }
}
