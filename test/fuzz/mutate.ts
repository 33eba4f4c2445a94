import type { Random } from '../support/random.js';

/** A damaged copy: bits turned, stretches removed, repeated, overwritten, cut off, or taken from another seed. */
export function mutateBytes(seed: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = seed;
  for (let count = 1 + random.below(4); count > 0; count -= 1) bytes = mutateOnce(bytes, others, random);
  return bytes;
}

function mutateOnce(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(40));
  const head = bytes.subarray(0, at);
  const piece = bytes.subarray(at, end);
  const tail = bytes.subarray(end);
  switch (random.below(7)) {
    case 0: {
      const copy = bytes.slice();
      if (copy.length > 0) copy[at % copy.length]! ^= 1 << random.below(8);
      return copy;
    }
    case 1:
      return join(head, tail);
    case 2:
      return join(head, piece, piece, tail);
    case 3:
      return join(
        head,
        Uint8Array.from(piece, () => random.below(256)),
        tail,
      );
    case 4:
      return head.slice();
    case 5: {
      const other = others[random.below(others.length)] ?? bytes;
      const from = random.below(other.length + 1);
      return join(head, other.subarray(from, from + random.below(200)), bytes.subarray(at));
    }
    default:
      return join(head, Uint8Array.of([0, 0xff, 0x7f, 0x80][random.below(4)]!), bytes.subarray(at));
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
