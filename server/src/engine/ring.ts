/**
 * A ring of records in shared memory, one writer and one reader on different threads, no locks. A record never wraps: where it
 * does not fit before the end, a skip mark sends the reader to the start. Positions and sizes are multiples of 8 bytes.
 *
 * Whenever the ring is empty and the writer is far from the start, it starts over at 0 with the other `lap`, so that a ring of many
 * megabytes touches few. A lap stands beside each position in its word. A reader that finds a new lap in the head was at the end of
 * the old one, for else the ring had not been empty; a writer that finds the old lap in the tail knows the same.
 */
export interface RingWriter {
  readonly capacityBytes: number;
  /** Word, float and long views on the data; index with `at / 4`, `at / 8`. */
  readonly views: RingViews;
  /** Room for a record of `sizeBytes` (a multiple of 8): its position, or -1 where the ring is full. Write, then `commit`. */
  reserve(sizeBytes: number): number;
  /** Makes the record reserved last visible to the reader. */
  commit(): void;
  /** Bytes that can be reserved, in two stretches at most. */
  freeBytes(): number;
  /** Bytes that wait for the reader. */
  usedBytes(): number;
}
export interface RingReader {
  readonly views: RingViews;
  /** Position of the oldest record, or -1 where there is none. Stays the same until `release`. */
  peek(): number;
  /** Frees the record at `peek()`, which is `sizeBytes` long. */
  release(sizeBytes: number): void;
  usedBytes(): number;
  readonly capacityBytes: number;
}
export interface RingViews {
  readonly words: Uint32Array;
  readonly floats: Float64Array;
  readonly longs: BigInt64Array;
  readonly bytes: Uint8Array;
}

const headerBytes = 128;
const headWord = 0;
const tailWord = 16;
/** Where the last skip mark is; only for the figures. */
const skipWord = 1;
/** First word of the stretch that the reader skips. */
const skipMark = 0xffff_ffff;
/** The writer starts over from beyond here when the ring is empty. */
const lowWaterBytes = 1 << 20;
const maxRingBytes = 1 << 30;
/** Eight seconds of 1 ms scans that change 500 words each. */
export const defaultRingBytes = 32 << 20;

/** A position and its lap in one word. */
const pack = (position: number, lap: number): number => (position >>> 2) | lap;
const positionOf = (word: number): number => (word & ~1) << 2;
const lapOf = (word: number): number => word & 1;

/** Shared memory for a ring that holds at least `capacityBytes`. */
export function allocateRing(capacityBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(headerBytes + Math.min(maxRingBytes, Math.max(4096, Math.ceil(capacityBytes / 8) * 8)));
}

/** May the ring be used for at least so many bytes? */
export const ringHolds = (buffer: SharedArrayBuffer, capacityBytes: number): boolean =>
  buffer.byteLength >= headerBytes + Math.min(maxRingBytes, capacityBytes);

/** Nothing waits for the reader. */
export const isRingEmpty = (buffer: SharedArrayBuffer): boolean =>
  unread(new Int32Array(buffer, 0, headerBytes / 4)) === 0;

function open(buffer: SharedArrayBuffer): { control: Int32Array; views: RingViews; capacity: number } {
  const capacity = buffer.byteLength - headerBytes;
  return {
    control: new Int32Array(buffer, 0, headerBytes / 4),
    capacity,
    views: {
      words: new Uint32Array(buffer, headerBytes, capacity / 4),
      floats: new Float64Array(buffer, headerBytes, capacity / 8),
      longs: new BigInt64Array(buffer, headerBytes, capacity / 8),
      bytes: new Uint8Array(buffer, headerBytes, capacity),
    },
  };
}

/** Bytes that wait for the reader. */
function unread(control: Int32Array): number {
  const headed = Atomics.load(control, headWord);
  const tailed = Atomics.load(control, tailWord);
  const head = positionOf(headed);
  const tail = lapOf(headed) === lapOf(tailed) ? positionOf(tailed) : 0;
  return head >= tail ? head - tail : Atomics.load(control, skipWord) - tail + head;
}

export function createRingWriter(buffer: SharedArrayBuffer): RingWriter {
  const { control, views, capacity } = open(buffer);
  const { words } = views;
  let head = positionOf(Atomics.load(control, headWord));
  let lap = lapOf(Atomics.load(control, headWord));
  let next = head;

  const publish = (position: number): void => {
    head = position;
    Atomics.store(control, headWord, pack(head, lap));
  };
  const tailNow = (): number => {
    const word = Atomics.load(control, tailWord);
    return lapOf(word) === lap ? positionOf(word) : 0;
  };

  return {
    capacityBytes: capacity,
    views,
    reserve(size) {
      let tail = tailNow();
      if (head === tail && head > lowWaterBytes) {
        lap ^= 1;
        publish(0);
        tail = 0;
      }
      if (head >= tail) {
        // Up to the end, but where the reader is at 0 a full stretch would look empty.
        if (size < capacity - head || (size === capacity - head && tail > 0)) {
          next = head + size === capacity ? 0 : head + size;
          return head;
        }
        if (size >= tail) return -1;
        words[head / 4] = skipMark;
        Atomics.store(control, skipWord, head);
        publish(0);
      } else if (size >= tail - head) return -1;
      next = head + size;
      return head;
    },
    commit() {
      if (next === 0) Atomics.store(control, skipWord, capacity);
      publish(next);
    },
    freeBytes() {
      const tail = tailNow();
      return head >= tail ? capacity - (head - tail) : tail - head;
    },
    usedBytes: () => unread(control),
  };
}

export function createRingReader(buffer: SharedArrayBuffer): RingReader {
  const { control, views, capacity } = open(buffer);
  const { words } = views;
  let tail = positionOf(Atomics.load(control, tailWord));
  let lap = lapOf(Atomics.load(control, tailWord));
  const publish = (position: number): void => {
    tail = position;
    Atomics.store(control, tailWord, pack(tail, lap));
  };
  return {
    capacityBytes: capacity,
    views,
    peek() {
      let word = Atomics.load(control, headWord);
      if (lapOf(word) !== lap) {
        lap = lapOf(word);
        publish(0);
      }
      if (positionOf(word) === tail) return -1;
      if (words[tail / 4] === skipMark) {
        publish(0);
        word = Atomics.load(control, headWord);
        if (positionOf(word) === 0) return -1;
      }
      return tail;
    },
    release: (size) => publish(tail + size === capacity ? 0 : tail + size),
    usedBytes: () => unread(control),
  };
}
