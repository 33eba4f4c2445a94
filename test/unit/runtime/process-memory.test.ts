import { buildDocuments } from '../../../server/src/project/build-documents.js';
import type { EngineRecord } from '../../../server/src/engine/engine.js';
import type { GroupRecord } from '../../../server/src/events/event-log.js';
import { createLayoutBook } from '../../../server/src/runtime/layout.js';
import { createProcessMemory, type ProcessMemory } from '../../../server/src/runtime/process-memory.js';

const source = `PROGRAM Main VAR In1 AT %IX0.0 : BOOL; Out1 AT %QX0.0 : BOOL; a : INT; b : INT; long : LINT; text : STRING[10]; END_VAR END_PROGRAM`;
const { image } = buildDocuments('p', [{ name: 'p.st', content: source }]);
const { variables } = image!.memory;
const wordCount = Math.ceil(variables.size / 4);
const book = createLayoutBook();
const tree = book.prepare(image!).tree;
const wordOf = (path: string, offset = 0): number => (tree.resolve(path).address + offset - variables.start) >> 2;

function memoryWith(bytes: Uint8Array = new Uint8Array(variables.size)): {
  memory: ProcessMemory;
  first: readonly GroupRecord[];
} {
  const layouts = createLayoutBook();
  const layout = layouts.prepare(image!);
  const memory = createProcessMemory({
    runtime: 'main',
    adopt: () => (layouts.adopt(layout), layout),
    wallNs: () => 5n,
  });
  return { memory, first: memory.take({ kind: 'snapshot', reason: 'load', scan: 0, timeNs: 0n, dateNs: 0n, bytes }) };
}
const scan = (number: number, words: Record<number, number>): EngineRecord => ({
  kind: 'scan', scan: number, timeNs: 1n, dateNs: 2n, startLatenessNs: 3, durationNs: 4, taskRuns: 1, missedTicks: 0,
  indices: Uint32Array.from(Object.keys(words).map(Number)), values: Uint32Array.from(Object.values(words)),
}); // prettier-ignore
const shape = (group: readonly GroupRecord[]): string[] =>
  group.map((r) => (r.payload.kind === 'io' ? `io ${r.payload.direction}` : r.payload.kind));
const changesOf = (group: readonly GroupRecord[]): Record<number, [number, number]> => {
  const { payload } = group.at(-1)!;
  if (payload.kind !== 'scan' && payload.kind !== 'values') throw new Error('no words');
  const { index, value, before } = payload.changes;
  return Object.fromEntries([...index].map((w, i) => [w, [before[i]!, value[i]!]]));
};

describe('the memory of a runtime', () => {
  it('begins with all its words, so that the first watcher knows them', () => {
    const { first } = memoryWith();
    expect(Object.keys(changesOf(first))).toHaveLength(wordCount);
  });

  it('tells a scan as inputs, log lines, outputs, and the scan itself', () => {
    const { memory } = memoryWith();
    expect(memory.take({ kind: 'log', scan: 1, severity: 'info', task: 't', text: 'hello', suppressed: 0 })).toEqual(
      [],
    );
    const group = memory.take(scan(1, { [wordOf('Main.In1')]: 1, [wordOf('Main.Out1')]: 1, [wordOf('Main.a')]: 7 }));
    expect(shape(group)).toEqual(['io input', 'log', 'io output', 'scan']);
  });

  it('leaves out I/O that did not change, and keeps its values before', () => {
    const { memory } = memoryWith();
    memory.take(scan(1, { [wordOf('Main.a')]: 7 }));
    const group = memory.take(scan(2, { [wordOf('Main.a')]: 9 }));
    expect(shape(group)).toEqual(['scan']);
    expect(changesOf(group)).toEqual({ [wordOf('Main.a')]: [7, 9] });
    expect(memory.scan).toBe(2);
  });

  it('completes a long value of which one word changed', () => {
    const { memory } = memoryWith();
    const [low, high] = [wordOf('Main.long'), wordOf('Main.long', 4)];
    memory.take(scan(1, { [low]: 1, [high]: 2 }));
    expect(changesOf(memory.take(scan(2, { [low]: 5 })))).toEqual({ [low]: [1, 5], [high]: [2, 2] });
  });

  it('completes a text up to its end', () => {
    const { memory } = memoryWith();
    const at = tree.resolve('Main.text').address;
    const bytes = memory.bytes.slice();
    bytes.set(Buffer.from('abcdef\0'), at);
    const words = new Uint32Array(bytes.buffer, variables.start, wordCount);
    const first = wordOf('Main.text');
    const group = memory.take(scan(1, { [first]: words[first]!, [first + 1]: words[first + 1]! }));
    expect(Object.keys(changesOf(group)).map(Number)).toEqual([first, first + 1]);
    bytes[at] = 'X'.charCodeAt(0);
    const again = memory.take(scan(2, { [first]: words[first]! }));
    expect(Object.keys(changesOf(again)).map(Number)).toEqual([first, first + 1]);
  });

  it('compares a snapshot of the same program with what it knew', () => {
    const { memory } = memoryWith();
    memory.take(scan(1, { [wordOf('Main.a')]: 7 }));
    const group = memory.take({
      kind: 'snapshot',
      reason: 'reset',
      scan: 0,
      timeNs: 0n,
      dateNs: 0n,
      bytes: new Uint8Array(variables.size),
    });
    expect(group.at(-1)!.payload).toMatchObject({ kind: 'values', cause: 'reset' });
    expect(changesOf(group)).toEqual({ [wordOf('Main.a')]: [7, 0] });
  });

  it('goes on through an online change that moves no variable, and tells what it changed', () => {
    const { memory } = memoryWith();
    memory.take(scan(1, { [wordOf('Main.a')]: 7 }));
    const bytes = memory.bytes.slice(variables.start, variables.start + variables.size);
    bytes[tree.resolve('Main.a').address - variables.start] = 8;
    const group = memory.take({ kind: 'snapshot', reason: 'swap', scan: 1, timeNs: 2n, dateNs: 2n, bytes });
    expect(group.at(-1)!.payload).toMatchObject({ kind: 'values', cause: 'swap', changes: { layout: 1 } });
    expect(changesOf(group)).toEqual({ [wordOf('Main.a')]: [7, 8] });
    expect(changesOf(memory.take(scan(2, { [wordOf('Main.a')]: 9 })))).toEqual({ [wordOf('Main.a')]: [8, 9] });
  });

  it('tells of records that are gone', () => {
    const { memory } = memoryWith();
    const lost: EngineRecord = { kind: 'lost', fromScan: 3, toScan: 9, scanRecords: 7, writeRecords: 0, logRecords: 0 };
    expect(memory.take(lost)[0]!.payload).toEqual({ kind: 'records_lost', runtime: 'main', fromScan: 3, toScan: 9 });
  });
});
