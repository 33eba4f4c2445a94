/** Writes protobuf wire format into one growing buffer. Nested messages get lengths of four bytes, which every parser takes. */
export interface ByteSink {
  uint32(field: number, value: number): void;
  bool(field: number, value: boolean): void;
  uint64(field: number, value: bigint): void;
  bytes(field: number, value: Uint8Array): void;
  /** Nothing for an empty text, as for every default. */
  string(field: number, value: string): void;
  /** An element of a repeated field: also an empty text is one. */
  element(field: number, value: string): void;
  /** Bytes of whole fields. */
  raw(value: Uint8Array): void;
  /** Begins a nested message or a packed column; `close` gets what this gives. */
  open(field: number): number;
  close(mark: number): void;
  varint(value: number): void;
  /** 64 bits as two words. */
  varint64(low: number, high: number): void;
  float(value: number): void;
  double(value: number): void;
  /** A copy of what was written; the sink is empty after it. */
  take(): Uint8Array;
}

export function createByteSink(): ByteSink {
  let buffer = new Uint8Array(4096);
  let view = new DataView(buffer.buffer);
  let at = 0;
  const encoder = new TextEncoder();

  const reserve = (count: number): void => {
    if (at + count <= buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * buffer.length, at + count));
    grown.set(buffer.subarray(0, at));
    buffer = grown;
    view = new DataView(grown.buffer);
  };
  const varint = (value: number): void => {
    reserve(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      buffer[at] = (rest & 0x7f) | 0x80;
      at += 1;
      rest >>>= 7;
    }
    buffer[at] = rest;
    at += 1;
  };
  const varint64 = (low: number, high: number): void => {
    reserve(10);
    let lo = low >>> 0;
    let hi = high >>> 0;
    while (hi !== 0 || lo > 0x7f) {
      buffer[at] = (lo & 0x7f) | 0x80;
      at += 1;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    buffer[at] = lo;
    at += 1;
  };
  const put = (value: Uint8Array): void => {
    reserve(value.length);
    buffer.set(value, at);
    at += value.length;
  };
  const lengthDelimited = (field: number, value: Uint8Array): void => {
    varint((field << 3) | 2);
    varint(value.length);
    put(value);
  };

  const text = (field: number, value: string): void => {
    varint((field << 3) | 2);
    // Most names are ASCII: written at once, and again only where one is not.
    const start = at;
    reserve(value.length + 5);
    const lengthBytes = value.length < 0x80 ? 1 : value.length < 0x4000 ? 2 : 5;
    if (lengthBytes < 5) {
      varint(value.length);
      let i = 0;
      for (; i < value.length; i += 1) {
        const unit = value.charCodeAt(i);
        if (unit > 0x7f) break;
        buffer[at + i] = unit;
      }
      if (i === value.length) {
        at += i;
        return;
      }
      at = start;
    }
    const encoded = encoder.encode(value);
    varint(encoded.length);
    put(encoded);
  };

  return {
    uint32(field, value) {
      if (value === 0) return;
      varint(field << 3);
      varint(value);
    },
    bool(field, value) {
      if (!value) return;
      varint(field << 3);
      varint(1);
    },
    uint64(field, value) {
      if (value === 0n) return;
      varint(field << 3);
      varint64(Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn));
    },
    bytes: lengthDelimited,
    raw: put,
    string: (field, value) => {
      if (value !== '') text(field, value);
    },
    element: text,
    open(field) {
      varint((field << 3) | 2);
      reserve(4);
      at += 4;
      return at;
    },
    close(mark) {
      const length = at - mark;
      buffer[mark - 4] = (length & 0x7f) | 0x80;
      buffer[mark - 3] = ((length >>> 7) & 0x7f) | 0x80;
      buffer[mark - 2] = ((length >>> 14) & 0x7f) | 0x80;
      buffer[mark - 1] = (length >>> 21) & 0x7f;
    },
    varint,
    varint64,
    float(value) {
      reserve(4);
      view.setFloat32(at, value, true);
      at += 4;
    },
    double(value) {
      reserve(8);
      view.setFloat64(at, value, true);
      at += 8;
    },
    take() {
      const bytes = buffer.slice(0, at);
      at = 0;
      return bytes;
    },
  };
}
