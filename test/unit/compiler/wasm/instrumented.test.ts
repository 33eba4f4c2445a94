import { binary, i32 } from '../../../../server/src/compiler/ir/make.js';
import { emitModule } from '../../../../server/src/compiler/wasm/emit-module.js';
import { debugFrames, frameHeader } from '../../../../server/src/compiler/wasm/frame-layout.js';
import { call, cell, fn, get, local, moduleOf, put, read, set } from '../../../support/ir-build.js';

const inner = local(0);
const doubled = local(1, 'i64');
const module = moduleOf(
  fn('main', [put(cell(64), i32(1), 10), { ...call('leaf', i32(21)), site: 11 }, put(cell(68), read(cell(64)), 12)], {
    hasInstance: true,
    paramCount: 1,
    locals: [{ id: 0, name: 'this', type: 'i32' }],
  }),
  fn(
    'leaf',
    [
      {
        ...set(doubled, {
          op: 'unary',
          type: 'i64',
          code: 'i64.extend_i32_s',
          value: binary('i32.mul', get(inner), i32(2)),
        }),
        site: 20,
      },
      put(cell(72), get(inner), 21),
      put(cell(80, 'i64'), get(doubled), 22),
    ],
    { paramCount: 1, locals: [inner, doubled], frameSize: 16 },
  ),
);

interface Seen {
  readonly site: number;
  /** Function names from the newest frame to the outermost, with the site that each is at. */
  readonly stack: readonly string[];
}

function run(onHook: (site: number, view: DataView, stackPointer: number) => void): { seen: Seen[]; view: DataView } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const view = new DataView(memory.buffer);
  const frames = debugFrames(module);
  const seen: Seen[] = [];
  const instance: WebAssembly.Instance = new WebAssembly.Instance(
    new WebAssembly.Module(emitModule(module, { instrument: true })),
    {
      env: {
        memory,
        fault: (code: number) => {
          throw new Error(`fault ${code}`);
        },
        hook(site: number) {
          const top = (instance.exports['stackPointer'] as WebAssembly.Global).value as number;
          const stack: string[] = [];
          for (let at = top; at < module.stackTop; at += view.getUint32(at + frameHeader.size, true)) {
            stack.push(
              `${frames[view.getUint32(at + frameHeader.functionIndex, true)]!.functionName}@${view.getUint32(at + frameHeader.site, true)}`,
            );
          }
          seen.push({ site, stack });
          onHook(site, view, top);
        },
      },
    },
  );
  (instance.exports['run'] as () => void)();
  return { seen, view };
}

describe('the instrumented form', () => {
  it('calls the hook before every statement, and keeps the stack of calls in memory', () => {
    const { seen, view } = run(() => undefined);
    expect(seen).toEqual([
      { site: 10, stack: ['main@10'] },
      { site: 11, stack: ['main@11'] },
      { site: 20, stack: ['leaf@20', 'main@11'] },
      { site: 21, stack: ['leaf@21', 'main@11'] },
      { site: 22, stack: ['leaf@22', 'main@11'] },
      { site: 12, stack: ['main@12'] },
    ]);
    expect([view.getInt32(72, true), view.getBigInt64(80, true)]).toEqual([21, 42n]);
  });

  it('shows locals and the instance in the frame, and takes changes made in a hook', () => {
    const [main, leaf] = debugFrames(module);
    const place = (name: string): number => leaf!.locals.find((one) => one.name === name)!.offset;
    const found: unknown[] = [];
    const { view } = run((site, memory, top) => {
      if (site === 10) found.push(memory.getUint32(top + frameHeader.instance, true));
      if (site !== 21) return;
      found.push(memory.getInt32(top + place('v0'), true), memory.getBigInt64(top + place('v1'), true));
      memory.setInt32(top + place('v0'), 500, true);
      memory.setBigInt64(top + place('v1'), 77n, true);
    });
    expect(main!.functionName).toBe('main');
    expect(found).toEqual([1024, 21, 42n]);
    expect([view.getInt32(72, true), view.getBigInt64(80, true)]).toEqual([500, 77n]);
  });

  it('reads cells from memory after a hook that wrote them', () => {
    const { view } = run((site, memory) => {
      if (site === 12) memory.setInt32(64, 99, true);
    });
    expect(view.getInt32(68, true)).toBe(99);
  });
});
