import type { CodeSite, ProgramImage, TaskDescriptor } from '../../../server/src/model/program-image.js';
import { ByteWriter } from '../../../server/src/compiler/wasm/byte-writer.js';

/** Addresses of the variables that the hand-made program has; all u32 but for `now` and `date`. */
export const at = {
  /** Input bytes that make the program misbehave while they are not 0. */
  loop: 64, divide: 65, trap: 66, recurse: 67, log: 68, in: 69, single: 70,
  /** Output bytes. */
  out: 72,
  markers: 80,
  /** Retained scan counter. */
  kept: 88,
  /** Scan counter. */
  count: 104,
  /** i64: the scan's time and date as the program saw them; u32: its first-scan flag, summed up. */
  now: 112, date: 120, firsts: 128,
  /** u32: runs of the second and third task. */
  second: 132, third: 136,
  /** f64: a value computed by way of the host's functions. */
  real: 144,
  /** 22 characters: `real` as text. */
  text: 152,
  end: 192,
  /** Constant text, outside of the variables. */
  message: 256,
} as const; // prettier-ignore

const sites: CodeSite[] = [
  { pou: 'Main', file: 'main.st', language: 'ST', line: 1, column: 1 },
  { pou: 'Main', file: 'main.st', language: 'ST', line: 7, column: 3 },
];

export interface TinyOptions {
  readonly digest?: string;
  readonly tasks?: readonly TaskDescriptor[];
  readonly tickNs?: bigint;
  readonly hasTasks?: boolean;
  /** Added to `count` per scan, so that two images differ in behaviour. */
  readonly increment?: number;
  /** Bytes appended to the variables, to make records large; `spread` words of it change in each scan. */
  readonly padding?: number;
  readonly spread?: number;
  readonly endlessInit?: boolean;
  readonly faultyInit?: boolean;
}

const oneTask = (intervalNs: bigint): readonly TaskDescriptor[] => [
  {
    name: 'Cyclic',
    resource: 'Res',
    intervalNs,
    priority: 0,
    programs: [{ name: 'Main', type: 'Main', entry: 'main' }],
  },
];

/** A program assembled by hand: counts, copies `in` to `out`, and misbehaves on request. */
export function tinyImage(options: TinyOptions = {}): ProgramImage {
  const end = at.end + (options.padding ?? 0);
  const pages = Math.ceil((end + 65536) / 65536) + 1;
  return {
    formatVersion: 1,
    digest:
      options.digest ??
      JSON.stringify(options, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    name: 'tiny',
    profile: { name: 'iec' },
    wasm: tinyModule(pages, options),
    memory: {
      pages,
      nowAddress: 0,
      dateAddress: 8,
      firstScanAddress: 16,
      stackTop: pages * 65536,
      stackLimit: (pages - 1) * 65536,
      inputs: { start: 64, size: 8 },
      outputs: { start: 72, size: 8 },
      markers: { start: 80, size: 8 },
      retain: { start: 88, size: 8 },
      variables: { start: 64, size: end - 64 },
    },
    initialMemory: [
      { address: options.padding ? end : at.message, bytes: Uint8Array.from(Buffer.from('pump\0', 'latin1')) },
    ],
    types: [],
    roots: [],
    channels: [],
    tasks: options.tasks ?? oneTask(options.tickNs ?? 10_000_000n),
    tickNs: options.tickNs ?? 10_000_000n,
    hasTasks: options.hasTasks ?? true,
    sites,
    pous: [],
  };
}

const i32 = (value: number): number[] => {
  const out = new ByteWriter(8);
  out.byte(0x41);
  out.s32(value);
  return [...out.toBytes()];
};
const u32 = (value: number): number[] => {
  const out = new ByteWriter(8);
  out.u32(value);
  return [...out.toBytes()];
};
const load = (opcode: number, address: number): number[] => [...i32(0), opcode, 0, ...u32(address)];
const store = (opcode: number, address: number, value: number[]): number[] => [
  ...i32(0),
  ...value,
  opcode,
  0,
  ...u32(address),
];
const op = {
  load: 0x28,
  load64: 0x29,
  loadF64: 0x2b,
  load8: 0x2d,
  store: 0x36,
  store64: 0x37,
  storeF64: 0x39,
  store8: 0x3a,
  add: 0x6a,
} as const;
const when = (address: number, body: number[]): number[] => [...load(op.load8, address), 0x04, 0x40, ...body, 0x0b];
const bump = (address: number, by: number): number[] =>
  store(op.store, address, [...load(op.load, address), ...i32(by), op.add]);

/** Function numbers: imports fault 0, log 1, pow 2, real_to_string 3; then recurse 4. */
function tinyModule(pages: number, options: TinyOptions): Uint8Array {
  const recurse = [...i32(1), 0x10, 4, 0x6a];
  const endless = [0x03, 0x40, 0x0c, 0, 0x0b];
  const fault = (code: number, site: number): number[] => [...i32(code), ...i32(site), 0x10, 0];
  const message = options.padding ? at.end + options.padding : at.message;
  const spread = Array.from({ length: options.spread ?? 0 }, (_, i) => bump(at.end + 4 * i, 1)).flat();
  const main = [
    ...bump(at.count, options.increment ?? 1),
    ...bump(at.kept, 1),
    ...store(op.store8, at.out, load(op.load8, at.in)),
    ...store(op.store64, at.now, load(op.load64, 0)),
    ...store(op.store64, at.date, load(op.load64, 8)),
    ...store(op.store, at.firsts, [...load(op.load, at.firsts), ...load(op.load, 16), op.add]),
    ...when(at.log, [...i32(message), ...i32(2), 0x10, 1]),
    ...when(at.loop, endless),
    ...when(at.divide, fault(4001, 1)),
    ...when(at.trap, [0x00]),
    ...when(at.recurse, [0x10, 4, 0x1a]),
    ...spread,
  ];
  const init = [
    ...store(op.storeF64, at.real, [0x44, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x44, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0x10, 2]),
    ...load(op.loadF64, at.real), ...i32(0), ...i32(at.text), ...i32(20), 0x10, 3,
    ...(options.endlessInit ? endless : []),
    ...(options.faultyInit ? fault(4002, 0) : []),
  ]; // prettier-ignore
  const [i, f] = [0x7f, 0x7c];
  const types = [[0x60, 0, 0], [0x60, 2, i, i, 0], [0x60, 2, f, f, 1, f], [0x60, 4, f, i, i, i, 0], [0x60, 0, 1, i]]; // prettier-ignore
  const functions: readonly (readonly [type: number, body: number[]])[] = [
    [4, recurse],
    [0, init],
    [0, main],
    [0, bump(at.second, 1)],
    [0, bump(at.third, 1)],
  ];
  const out = new ByteWriter(1024);
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte);
  const section = (id: number, write: (part: ByteWriter) => void): void => {
    const part = new ByteWriter(256);
    write(part);
    out.byte(id);
    out.sized(part);
  };
  const put = (part: ByteWriter, bytes: readonly number[]): void => bytes.forEach((byte) => part.byte(byte));
  section(1, (part) => {
    part.u32(types.length);
    types.forEach((type) => put(part, type));
  });
  section(2, (part) => {
    part.u32(5);
    const imported = (name: string, rest: number[]): void => {
      part.name('env');
      part.name(name);
      put(part, rest);
    };
    imported('memory', [2, 0, ...u32(pages)]);
    imported('fault', [0, 1]);
    imported('log', [0, 1]);
    imported('pow', [0, 2]);
    imported('real_to_string', [0, 3]);
  });
  section(3, (part) => {
    part.u32(functions.length);
    functions.forEach(([type]) => part.u32(type));
  });
  section(7, (part) => {
    const names = ['init', 'main', 'second', 'third'];
    part.u32(names.length);
    names.forEach((name, index) => {
      part.name(name);
      put(part, [0, 5 + index]);
    });
  });
  section(10, (part) => {
    part.u32(functions.length);
    for (const [, code] of functions) {
      const body = new ByteWriter(code.length + 8);
      put(body, [0, ...code, 0x0b]);
      part.sized(body);
    }
  });
  return out.toBytes();
}
