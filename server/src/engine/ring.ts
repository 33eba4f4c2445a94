/**
 * A ring of records in shared memory, one writer and one reader on different threads, no locks. A record never wraps: where it
 * does not fit before the end, a skip mark sends the reader to the start. Positions and sizes are multiples of 8 bytes. The
 * writer starts over at 0 whenever the reader has caught up, so that a ring of many megabytes touches few.
 */
export interface RingWriter {
  readonly capacityBytes: number;
  /** Word, float and long views on the data; index with `at / 4`, `at / 8`. */
  readonly views: RingViews;
  /** Room for a record of `sizeBytes` (a multiple of 8): its position, or -1 where the ring is full. Write, then `commit`. */
  reserve(sizeBytes: number): number;
  /** Makes the record reserved last visible to the reader. */
  commit(): void;
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

const headerBytes = 64;
const headWord = 0;
const tailWord = 8;
/** First word of the stretch that the reader skips. */
const skipMark = 0xffff_ffff;
/** The writer goes back to 0 from beyond here when the ring is empty. */
const lowWaterBytes = 1 << 20;

/** Shared memory for a ring that holds at least `capacityBytes`. */
export function allocateRing(capacityBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(headerBytes + Math.max(4096, Math.ceil(capacityBytes / 8) * 8));
}

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

const used = (head: number, tail: number, capacity: number): number =>
  head >= tail ? head - tail : capacity - tail + head;

export function createRingWriter(buffer: SharedArrayBuffer): RingWriter {
  const { control, views, capacity } = open(buffer);
  const { words } = views;
  let head = Atomics.load(control, headWord);
  let next = head;

  /** Sends the reader from `head` to the start. The start must be free. */
  function wrap(): void {
    words[head / 4] = skipMark;
    head = 0;
    Atomics.store(control, headWord, 0);
  }

  return {
    capacityBytes: capacity,
    views,
    reserve(size) {
      const tail = Atomics.load(control, tailWord);
      if (head === tail && head > lowWaterBytes && size < head) wrap();
      if (head >= tail) {
        // Up to the end, but where the reader is at 0 a full stretch would look empty.
        if (size < capacity - head || (size === capacity - head && tail > 0)) {
          next = head + size === capacity ? 0 : head + size;
          return head;
        }
        if (size >= tail) return -1;
        wrap();
        next = size;
        return 0;
      }
      if (size >= tail - head) return -1;
      next = head + size;
      return head;
    },
    commit() {
      head = next;
      Atomics.store(control, headWord, head);
    },
    usedBytes: () => used(head, Atomics.load(control, tailWord), capacity),
  };
}

export function createRingReader(buffer: SharedArrayBuffer): RingReader {
  const { control, views, capacity } = open(buffer);
  const { words } = views;
  let tail = Atomics.load(control, tailWord);
  return {
    capacityBytes: capacity,
    views,
    peek() {
      let head = Atomics.load(control, headWord);
      if (head === tail) return -1;
      if (words[tail / 4] === skipMark) {
        tail = 0;
        Atomics.store(control, tailWord, 0);
        head = Atomics.load(control, headWord);
        if (head === tail) return -1;
      }
      return tail;
    },
    release(size) {
      tail = tail + size === capacity ? 0 : tail + size;
      Atomics.store(control, tailWord, tail);
    },
    usedBytes: () => used(Atomics.load(control, headWord), tail, capacity),
  };
}
