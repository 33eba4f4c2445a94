/** A 128-bit digest of bytes and texts as hex: no defence against attackers, equal only for equal input in practice. */
export interface Digest {
  text(value: string): void;
  bytes(value: Uint8Array): void;
  number(value: number): void;
  hex(): string;
}

/** Four lanes of 32-bit multiply-and-mix (after MurmurHash3), fed word by word. */
export function createDigest(): Digest {
  let a = 1779033703;
  let b = 3144134277;
  let c = 1013904242;
  let d = 2773480762;
  let length = 0;
  const word = (value: number): void => {
    a = b ^ Math.imul(a ^ value, 597399067);
    b = c ^ Math.imul(b ^ value, 2869860233);
    c = d ^ Math.imul(c ^ value, 951274213);
    d = a ^ Math.imul(d ^ value, 2716044179);
    length += 1;
  };
  return {
    number: word,
    text(value) {
      word(value.length);
      for (let i = 0; i < value.length; i += 1) word(value.charCodeAt(i));
    },
    bytes(value) {
      word(value.length);
      const words = value.length >> 2;
      const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
      for (let i = 0; i < words; i += 1) word(view.getInt32(i * 4, true));
      for (let i = words * 4; i < value.length; i += 1) word(value[i]!);
    },
    hex() {
      let w = Math.imul(c ^ (a >>> 18) ^ length, 597399067);
      let x = Math.imul(d ^ (b >>> 22), 2869860233);
      let y = Math.imul(w ^ (c >>> 17), 951274213);
      const z = Math.imul(x ^ (d >>> 19), 2716044179);
      w ^= x ^ y ^ z;
      x ^= w;
      y ^= w;
      return [w, x, y, z ^ w].map((n) => (n >>> 0).toString(16).padStart(8, '0')).join('');
    },
  };
}
