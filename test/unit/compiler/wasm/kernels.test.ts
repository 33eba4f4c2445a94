import type { IrExpr, IrFunction, IrModule, IrStmt } from '../../../../server/src/compiler/ir/ir.js';
import { emitModule } from '../../../../server/src/compiler/wasm/emit-module.js';
import { kernels } from '../../../../server/src/compiler/wasm/kernels.js';
import { createRandomSource } from '../../../support/random-source.js';

/** A module whose functions stand for kernels: their bodies, which must not be used, fault. */
function kernelModule(): { readonly bytes: Uint8Array; readonly run: (name: string, ...args: number[]) => number } {
  const functions: IrFunction[] = [];
  const names = Object.keys(kernels).filter((name) => name !== '$move');
  const loads = Array.from({ length: 3 }, (_, index): IrExpr => ({
    op: 'load', type: 'i32', mem: 'i32', address: { op: 'const', type: 'i32', value: 0 }, offset: 16 + index * 4,
  })); // prettier-ignore
  for (const name of names) {
    const kernel = kernels[name as keyof typeof kernels];
    const result = 'result' in kernel ? kernel.result : undefined;
    functions.push({
      name,
      hasInstance: false,
      paramCount: kernel.params.length,
      locals: kernel.params.map((type, id) => ({ id, name: `p${id}`, type })),
      ...(result && { result }),
      frameSize: 0,
      body: [{ op: 'fault', code: 'R4007', faultSite: 0 }],
      trusted: true,
    });
    const args = loads.slice(0, kernel.params.length);
    const call: IrStmt = result
      ? { op: 'storeCell', cell: { base: 'absolute', offset: 12, mem: 'i32', aliased: true, name: 'result' }, value: { op: 'call', type: 'i32', callee: name, args } }
      : { op: 'call', callee: name, args }; // prettier-ignore
    functions.push({ name: `run ${name}`, hasInstance: false, paramCount: 0, locals: [], frameSize: 0, body: [call] });
  }
  const [to, from, size] = loads as [IrExpr, IrExpr, IrExpr];
  functions.push({
    name: 'run $move',
    hasInstance: false,
    paramCount: 0,
    locals: [],
    frameSize: 0,
    body: [{ op: 'copy', to, from, size }],
  });
  functions.push({ name: 'init', hasInstance: false, paramCount: 0, locals: [], frameSize: 0, body: [] });
  const module: IrModule = {
    functions,
    entries: [...names, '$move'].map((name) => ({ exportName: `run ${name}`, callee: `run ${name}`, instance: 0 })),
    init: 'init',
    pages: 1,
    stackTop: 65_536,
    stackLimit: 65_536,
    siteCount: 1,
  };
  const memory = new WebAssembly.Memory({ initial: 1 });
  const fault = (code: number): never => {
    throw new Error(`fault ${code}`);
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(emitModule(module, { instrument: false })), {
    env: { memory, fault },
  });
  const words = new Int32Array(memory.buffer);
  return {
    bytes: new Uint8Array(memory.buffer),
    run(name, ...args) {
      words.set(args, 4);
      (instance.exports[`run ${name}`] as () => void)();
      return words[3]!;
    },
  };
}

const { bytes, run } = kernelModule();
const end = 65_536;

function put(address: number, text: string): void {
  for (let at = 0; at < text.length; at++) bytes[address + at] = text.charCodeAt(at);
  bytes[address + text.length] = 0;
}

/** Texts over few letters, so that beginnings agree; bytes above 127 among them. */
function randomText(random: ReturnType<typeof createRandomSource>, most: number): string {
  return Array.from({ length: random.below(most + 1) }, () =>
    random.pick(['a', 'a', 'a', 'b', '\u00ff', '\u0080']),
  ).join('');
}

describe('a kernel', () => {
  beforeEach(() => bytes.fill(0x61));

  it('measures texts at every alignment and up to the last byte of memory', () => {
    for (let length = 0; length < 70; length++) {
      for (let shift = 0; shift < 17; shift++) {
        const address = 1000 + shift;
        put(address, 'x'.repeat(length));
        expect(run('__STR_LEN', address)).toBe(length);
      }
      put(end - length - 1, 'y'.repeat(length));
      expect(run('__STR_LEN', end - length - 1)).toBe(length);
    }
  });

  it('copies as much of a text as there is room, and no byte more', () => {
    const random = createRandomSource(1);
    for (let round = 0; round < 3000; round++) {
      bytes.fill(0x2e, 2000, 2300);
      const text = randomText(random, 90);
      const from = random.chance(0.2) ? end - text.length - 1 : 1000 + random.below(17);
      put(from, text);
      const to = 2100 + random.below(17);
      const room = random.below(100) - 3;
      const expected = text.slice(0, Math.max(0, room));
      const before = bytes.slice(2000, 2300);
      put(to, expected);
      const after = bytes.slice(2000, 2300);
      bytes.set(before, 2000);
      if (random.chance(0.5)) expect(run('__STR_COPY', to, room, from)).toBe(expected.length);
      else run('$copy8', to, from, room);
      expect(Buffer.compare(bytes.slice(2000, 2300), after)).toBe(0);
    }
  });

  it('compares texts byte by byte, unsigned', () => {
    const random = createRandomSource(2);
    for (let round = 0; round < 5000; round++) {
      const a = randomText(random, 40);
      const b = random.chance(0.3)
        ? a
        : random.chance(0.5)
          ? a.slice(0, random.below(a.length + 1)) + randomText(random, 3)
          : randomText(random, 40);
      const p = random.chance(0.3) ? end - a.length - 1 : 1000 + random.below(17);
      const q = 3000 + random.below(17);
      put(p, a);
      put(q, b);
      expect(run('__STR_EQUAL', p, q)).toBe(a === b ? 1 : 0);
      expect(run('__STR_COMPARE', q, p)).toBe(b < a ? -1 : b > a ? 1 : 0);
    }
  });

  it('finds a text within another', () => {
    const random = createRandomSource(3);
    for (let round = 0; round < 5000; round++) {
      const text = randomText(random, 60);
      const what = random.chance(0.5)
        ? text.slice(random.below(text.length + 1)).slice(0, random.below(20))
        : randomText(random, 6);
      const p = random.chance(0.3) ? end - text.length - 1 : 1000 + random.below(33);
      put(p, text);
      put(3000 + (round % 17), what);
      expect([text, what, run('__STR_FIND', p, 3000 + (round % 17))]).toEqual([
        text,
        what,
        what === '' ? 0 : text.indexOf(what) + 1,
      ]);
    }
  });

  it('moves any number of bytes, overlapping or not', () => {
    const random = createRandomSource(4);
    for (let round = 0; round < 2000; round++) {
      for (let at = 4000; at < 7000; at++) bytes[at] = random.below(256);
      const size = random.pick([random.below(40), random.below(200), random.below(1000)]);
      const from = 5000 + random.below(50);
      const to = random.chance(0.5) ? from + random.below(100) - 50 : 4000 + random.below(900);
      const expected = bytes.slice(4000, 7000);
      expected.copyWithin(to - 4000, from - 4000, from - 4000 + size);
      run('$move', to, from, size);
      expect(Buffer.compare(bytes.slice(4000, 7000), expected)).toBe(0);
    }
  });

  it('is not taken for a function of the same name that is not trusted or has another signature', () => {
    const body: IrStmt[] = [{ op: 'return', value: { op: 'const', type: 'i32', value: 77 } }];
    const base = {
      hasInstance: false,
      locals: [{ id: 0, name: 'p', type: 'i32' }],
      paramCount: 1,
      result: 'i32',
      frameSize: 0,
      body,
    } as const;
    const main = (callee: string, args: number): IrFunction => ({
      name: 'main', hasInstance: false, paramCount: 0, locals: [], frameSize: 0, result: 'i32',
      body: [{ op: 'return', value: { op: 'call', type: 'i32', callee, args: Array.from({ length: args }, () => ({ op: 'const', type: 'i32', value: 8 })) } }],
    }); // prettier-ignore
    const result = (fn: IrFunction): unknown => {
      const module: IrModule = {
        functions: [fn, main(fn.name, fn.paramCount), { name: 'init', hasInstance: false, paramCount: 0, locals: [], frameSize: 0, body: [] }],
        entries: [{ exportName: 'run', callee: 'main', instance: 0, returns: true }], init: 'init', pages: 1, stackTop: 65_536, stackLimit: 65_536, siteCount: 0,
      }; // prettier-ignore
      const instance = new WebAssembly.Instance(new WebAssembly.Module(emitModule(module, { instrument: false })), {
        env: { memory: new WebAssembly.Memory({ initial: 1 }) },
      });
      return (instance.exports['run'] as () => unknown)();
    };
    expect(result({ ...base, name: '__STR_LEN' })).toBe(77);
    expect(result({ ...base, name: '__STR_LEN', trusted: true })).toBe(0);
    expect(result({ ...base, name: '__STR_EQUAL', trusted: true })).toBe(77);
  });
});
