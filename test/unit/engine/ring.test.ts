import fc from 'fast-check';
import { allocateRing, createRingReader, createRingWriter } from '../../../server/src/engine/ring.js';

/** Writes a record of `size` bytes that carries `value`; false where the ring is full. */
function put(writer: ReturnType<typeof createRingWriter>, size: number, value: number): boolean {
  const place = writer.reserve(size);
  if (place < 0) return false;
  writer.views.words.fill(value, place / 4, (place + size) / 4);
  writer.views.words[place / 4] = size;
  writer.commit();
  return true;
}
/** The value of the oldest record, checked over its whole length. */
function take(reader: ReturnType<typeof createRingReader>): number | undefined {
  const place = reader.peek();
  if (place < 0) return undefined;
  const size = reader.views.words[place / 4]!;
  const body = reader.views.words.slice(place / 4 + 1, (place + size) / 4);
  expect(new Set(body).size).toBe(1);
  reader.release(size);
  return body[0];
}

describe('a ring', () => {
  it('gives back each record once, whole and in order, whatever the sizes and the turns', () => {
    const step = fc.oneof(fc.integer({ min: 2, max: 60 }), fc.constant('take' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.boolean(), (steps, large) => {
        const buffer = allocateRing(large ? 3 << 20 : 4096);
        const [writer, reader] = [createRingWriter(buffer), createRingReader(buffer)];
        const expected: number[] = [];
        let value = 0;
        let waiting = 0;
        for (const one of steps) {
          if (one === 'take') {
            expect(take(reader)).toBe(expected.shift());
            waiting = expected.length === 0 ? 0 : waiting;
          } else if (put(writer, one * (large ? 8000 : 8), value)) {
            expected.push(value);
            value += 1;
          }
          expect(writer.usedBytes() === 0).toBe(expected.length === 0);
          expect(reader.usedBytes()).toBe(writer.usedBytes());
        }
        while (expected.length > 0) expect(take(reader)).toBe(expected.shift());
        expect(take(reader)).toBeUndefined();
      }),
    );
  });

  it('takes records until it is full, refuses then, and takes them again when there is room', () => {
    const buffer = allocateRing(4096);
    const [writer, reader] = [createRingWriter(buffer), createRingReader(buffer)];
    let count = 0;
    while (put(writer, 1000, count)) count += 1;
    expect(count).toBe(4);
    expect(put(writer, 1000, 9)).toBe(false);
    take(reader);
    take(reader);
    expect(put(writer, 1000, 9)).toBe(true);
  });

  it('stays near its start while the reader keeps up, and has all its room when the reader then stalls', () => {
    const buffer = allocateRing(8 << 20);
    const [writer, reader] = [createRingWriter(buffer), createRingReader(buffer)];
    for (let i = 0; i < 1000; i += 1) {
      put(writer, 100_000, i);
      expect(reader.peek()).toBeLessThan(1.2 * 2 ** 20);
      take(reader);
    }
    let count = 0;
    while (put(writer, 100_000, count)) count += 1;
    expect(count).toBeGreaterThan(80);
    for (let i = 0; i < count; i += 1) expect(take(reader)).toBe(i);
  });
});
