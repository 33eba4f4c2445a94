import type { StoredEvent } from './stored-event.js';

/** The kept events of one class, oldest first, limited in count and bytes. */
export interface ClassRing {
  push(event: StoredEvent): void;
  /** Takes one out again (withdrawn); the floor stays. */
  remove(sequence: bigint): void;
  /** Sequence of the newest dropped record, 0 if none. */
  floor(): bigint;
  raiseFloor(sequence: bigint): void;
  /** The newest event that `more` events like those that are kept would drop; undefined: none. */
  dropsWith(more: number): bigint | undefined;
  count(): number;
  sizeBytes(): number;
  /** Position, from 0 for the oldest kept, of the first event above `sequence`; `count()` where there is none. */
  firstAfter(sequence: bigint): number;
  at(position: number): StoredEvent | undefined;
}

export function createClassRing(maxCount: number, maxBytes: number): ClassRing {
  let items: (StoredEvent | undefined)[] = new Array<undefined>(16);
  let first = 0;
  let count = 0;
  let bytes = 0;
  let floor = 0n;

  // The capacity is a power of two.
  const slot = (position: number): number => (first + position) & (items.length - 1);
  const dropOldest = (): void => {
    const oldest = items[first]!;
    items[first] = undefined;
    first = (first + 1) & (items.length - 1);
    count -= 1;
    bytes -= oldest.sizeBytes;
    floor = oldest.sequence;
  };
  const grow = (): void => {
    const wider = new Array<StoredEvent | undefined>(items.length * 2);
    for (let i = 0; i < count; i += 1) wider[i] = items[slot(i)];
    items = wider;
    first = 0;
  };
  const firstAfter = (sequence: bigint): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[slot(middle)]!.sequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    push: (event) => {
      if (count === items.length) grow();
      items[slot(count)] = event;
      count += 1;
      bytes += event.sizeBytes;
      while (count > 1 && (count > maxCount || bytes > maxBytes)) dropOldest();
    },
    remove: (sequence) => {
      const position = firstAfter(sequence) - 1;
      if (position < 0 || items[slot(position)]!.sequence !== sequence) return;
      bytes -= items[slot(position)]!.sizeBytes;
      for (let i = position; i < count - 1; i += 1) items[slot(i)] = items[slot(i + 1)];
      items[slot(count - 1)] = undefined;
      count -= 1;
    },
    floor: () => floor,
    raiseFloor: (sequence) => {
      while (count > 0 && items[first]!.sequence <= sequence) dropOldest();
      if (sequence > floor) floor = sequence;
    },
    dropsWith: (more) => {
      const perEvent = count === 0 ? 0 : bytes / count;
      const over = Math.max(count + more - maxCount, perEvent === 0 ? 0 : (bytes - maxBytes) / perEvent + more);
      return over <= 0 ? undefined : items[slot(Math.min(Math.ceil(over), count) - 1)]?.sequence;
    },
    count: () => count,
    sizeBytes: () => bytes,
    firstAfter,
    at: (position) => (position >= 0 && position < count ? items[slot(position)] : undefined),
  };
}

/**
 * Visits the events of several rings with sequences in (after, upTo], in order of sequence, until `visit` gives false. Gives the
 * sequence of the last event visited, `upTo` where all were.
 */
export function visitInOrder(
  rings: readonly ClassRing[],
  after: bigint,
  upTo: bigint,
  visit: (event: StoredEvent) => boolean,
): bigint {
  const positions = rings.map((ring) => ring.firstAfter(after));
  const heads = rings.map((ring, i) => ring.at(positions[i]!));
  for (;;) {
    let best = -1;
    for (let i = 0; i < heads.length; i += 1) {
      const head = heads[i];
      if (head && head.sequence <= upTo && (best < 0 || head.sequence < heads[best]!.sequence)) best = i;
    }
    if (best < 0) return upTo;
    const event = heads[best]!;
    if (!visit(event)) return event.sequence;
    positions[best]! += 1;
    heads[best] = rings[best]!.at(positions[best]!);
  }
}
