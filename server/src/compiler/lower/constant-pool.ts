/** Constants that lie in memory beyond the variables: strings, and images of local structures. Equal ones are stored once. */
export interface ConstantPool {
  /** Address of a NUL-terminated text. Characters beyond Latin-1 become `?` in narrow strings. */
  string(text: string, wide: boolean): number;
  /** Address of bytes, aligned to 8. */
  bytes(bytes: Uint8Array): number;
  readonly end: number;
  readonly chunks: readonly { readonly address: number; readonly bytes: Uint8Array }[];
}

export function encodeString(text: string, wide: boolean): Uint8Array {
  if (wide) {
    const bytes = new Uint8Array((text.length + 1) * 2);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < text.length; i += 1) view.setUint16(i * 2, text.charCodeAt(i), true);
    return bytes;
  }
  const units: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    units.push(code > 255 ? 63 : code);
  }
  return Uint8Array.from([...units, 0]);
}

/** `start` gives the first address, and undefined while the variables before it are not laid out: then nothing is stored. */
export function createConstantPool(start: () => number | undefined): ConstantPool {
  const strings = new Map<string, number>();
  const images = new Map<string, number>();
  const chunks: { address: number; bytes: Uint8Array }[] = [];
  let end: number | undefined;
  const place = (bytes: Uint8Array, align: number): number => {
    const from = end ?? start();
    if (from === undefined) return 0;
    const address = Math.ceil(from / align) * align;
    chunks.push({ address, bytes });
    end = address + bytes.length;
    return address;
  };
  return {
    string(text, wide) {
      const key = `${wide ? 'w' : 'n'}${text}`;
      let address = strings.get(key);
      if (address === undefined) {
        address = place(encodeString(text, wide), wide ? 2 : 1);
        if (address !== 0) strings.set(key, address);
      }
      return address;
    },
    bytes(bytes) {
      const key = bytes.length <= 4096 ? bytes.join(',') : '';
      let address = key === '' ? undefined : images.get(key);
      if (address === undefined) {
        address = place(bytes, 8);
        if (key !== '' && address !== 0) images.set(key, address);
      }
      return address;
    },
    get end() {
      return end ?? start() ?? 0;
    },
    chunks,
  };
}
