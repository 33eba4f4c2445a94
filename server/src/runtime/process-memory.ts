import type { EngineRecord, SnapshotRecord, WriteRecord } from '../engine/engine.js';
import type { GroupRecord } from '../events/event-log.js';
import type { LogLineEvent, ScanEvent, ValuesEvent, WordChanges } from '../model/event.js';
import type { Region } from '../model/program-image.js';
import type { Layout } from './layout.js';
import { createWholeValues } from './whole-values.js';

/**
 * The memory of a runtime as the log tells it: the state after every event that was appended, none of those after. Turns the
 * engine's records into groups of events.
 */
export interface ProcessMemory {
  /** Linear memory from address 0 to the end of the variables. */
  readonly bytes: Uint8Array;
  /** Last scan that had ended. */
  readonly scan: number;
  readonly timeNs: bigint;
  readonly dateNs: bigint;
  /** Takes records in their order; a new layout begins with the `load` or `swap` snapshot. */
  take(record: EngineRecord): readonly GroupRecord[];
}

export interface ProcessMemoryOptions {
  readonly runtime: string;
  /** The layout in force from a `load` or `swap` record on. */
  readonly adopt: () => Layout;
  readonly wallNs: () => bigint;
}

export function createProcessMemory(options: ProcessMemoryOptions): ProcessMemory {
  const { runtime } = options;
  let layout: Layout | undefined;
  let bytes = new Uint8Array(0);
  let words = new Uint32Array(0);
  let wholeValues = (changes: WordChanges): WordChanges => changes;
  let lines: GroupRecord[] = [];
  let scan = 0;
  let timeNs = 0n;
  let dateNs = 0n;

  /** The events of one boundary: inputs, log lines, outputs, then what the scan or the change was as a whole. */
  const group = (atScan: number, changes: WordChanges, whole: ScanEvent | ValuesEvent): GroupRecord[] => {
    const { inputs, outputs, markers, variables } = layout!.data.memory;
    const part = (region: Region): WordChanges => within(changes, region.start - variables.start, region.size);
    const io = (direction: 'input' | 'output', touched: WordChanges): GroupRecord[] =>
      touched.index.length === 0
        ? []
        : [{ class: 'io', payload: { kind: 'io', runtime, scan: atScan, direction, changes: touched } }];
    const logged = lines;
    lines = [];
    return [
      ...io('input', part(inputs)),
      ...logged,
      ...io('output', join(part(outputs), part(markers))),
      { class: 'scan', payload: whole },
    ];
  };
  const between = (record: WriteRecord | SnapshotRecord, changes: WordChanges): GroupRecord[] => {
    const cause = record.kind === 'write' ? 'write' : record.reason;
    return group(record.scan, changes, { kind: 'values', runtime, scan: record.scan, cause, changes });
  };

  /** Takes changed words into memory and gives them with the values before, completed to whole values. */
  const apply = (indices: Uint32Array, values: Uint32Array): WordChanges => {
    const { leaves, version } = layout!;
    let anyWide = false;
    const before = new Uint32Array(indices.length);
    for (let i = 0; i < indices.length; i += 1) {
      const w = indices[i]!;
      before[i] = words[w]!;
      words[w] = values[i]!;
      if (leaves.wide[w] === 1) anyWide = true;
    }
    const changes: WordChanges = { layout: version, index: indices, value: values, before };
    return anyWide ? wholeValues(changes) : changes;
  };

  const takeSnapshot = (record: SnapshotRecord): readonly GroupRecord[] => {
    ({ timeNs, dateNs, scan } = record);
    const known = layout?.version;
    if (record.reason === 'load' || record.reason === 'swap') layout = options.adopt();
    if (layout && layout.version !== known) {
      const { variables } = layout.data.memory;
      const wordCount = Math.ceil(record.bytes.length / 4);
      const buffer = new ArrayBuffer(variables.start + 4 * wordCount);
      bytes = new Uint8Array(buffer);
      bytes.set(record.bytes, variables.start);
      words = new Uint32Array(buffer, variables.start, wordCount);
      wholeValues = createWholeValues(layout, words, bytes);
      // Nothing is compared across layouts: whoever watches gets a snapshot. Only the very first has nobody who could be reset.
      if (layout.version === 1)
        return between(record, {
          layout: 1,
          index: words.map((_, w) => w),
          value: words.slice(),
          before: words.map((w) => ~w),
        });
      return between(record, {
        layout: layout.version,
        index: new Uint32Array(0),
        value: new Uint32Array(0),
        before: new Uint32Array(0),
      });
    }
    if (!layout) return [];
    const padded = new Uint8Array(4 * words.length);
    padded.set(record.bytes.subarray(0, padded.length));
    const next = new Uint32Array(padded.buffer);
    const changed: number[] = [];
    for (let w = 0; w < words.length; w += 1) if (words[w] !== next[w]) changed.push(w);
    const index = Uint32Array.from(changed);
    return between(
      record,
      apply(
        index,
        index.map((w) => next[w]!),
      ),
    );
  };

  return {
    get bytes() {
      return bytes;
    },
    get scan() {
      return scan;
    },
    get timeNs() {
      return timeNs;
    },
    get dateNs() {
      return dateNs;
    },
    take(record) {
      switch (record.kind) {
        case 'scan': {
          ({ scan, timeNs, dateNs } = record);
          if (!layout) return [];
          const changes = apply(record.indices, record.values);
          return group(record.scan, changes, {
            kind: 'scan', runtime, scan, nowNs: record.timeNs, endNs: options.wallNs(), changes,
            durationNs: BigInt(Math.round(record.durationNs)), lateNs: BigInt(Math.round(record.startLatenessNs)),
          }); // prettier-ignore
        }
        case 'write':
          return layout ? between(record, apply(record.indices, record.values)) : [];
        case 'snapshot':
          return takeSnapshot(record);
        case 'log': {
          const payload: LogLineEvent = {
            kind: 'log', severity: record.severity, source: `runtime/${runtime}`, message: record.text, runtime, scan: record.scan,
            fields: { task: record.task, ...(record.suppressed > 0 && { suppressed: String(record.suppressed) }) },
          }; // prettier-ignore
          lines.push({ class: 'log', payload });
          return [];
        }
        case 'lost':
          return [
            {
              class: 'scan',
              payload: { kind: 'records_lost', runtime, fromScan: record.fromScan, toScan: record.toScan },
            },
          ];
      }
    },
  };
}

/** The changes whose words touch a stretch of bytes, given from the start of the variables. */
function within(changes: WordChanges, offset: number, size: number): WordChanges {
  if (size === 0)
    return { ...changes, index: new Uint32Array(0), value: new Uint32Array(0), before: new Uint32Array(0) };
  const from = lowerBound(changes.index, offset >> 2);
  const to = lowerBound(changes.index, ((offset + size - 1) >> 2) + 1);
  return {
    layout: changes.layout,
    index: changes.index.subarray(from, to),
    value: changes.value.subarray(from, to),
    before: changes.before.subarray(from, to),
  };
}

function lowerBound(column: Uint32Array, wanted: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function join(a: WordChanges, b: WordChanges): WordChanges {
  if (b.index.length === 0) return a;
  if (a.index.length === 0) return b;
  const shared = a.index.at(-1) === b.index[0] ? 1 : 0;
  const both = (x: Uint32Array, y: Uint32Array): Uint32Array => {
    const joined = new Uint32Array(x.length + y.length - shared);
    joined.set(x);
    joined.set(y.subarray(shared), x.length);
    return joined;
  };
  return {
    layout: a.layout,
    index: both(a.index, b.index),
    value: both(a.value, b.value),
    before: both(a.before, b.before),
  };
}
