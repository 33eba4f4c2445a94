import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { ColumnsSchema, VariableValueSchema, type Columns } from '../../../proto/plcemu/v1/value_pb.js';
import { buildDocuments } from '../../../server/src/project/build-documents.js';
import { createLayoutBook } from '../../../server/src/runtime/layout.js';
import { applyWrites, encodeValue, readValue } from '../../../server/src/runtime/value-codec.js';
import type { Value } from '../../../server/src/model/value.js';
import { createByteSink } from '../../../server/src/services/byte-sink.js';
import { createWordScratch, writeColumns } from '../../../server/src/services/columns.js';
import { writeReading } from '../../../server/src/services/reading-bytes.js';
import { variableMessage } from '../../../server/src/services/value.js';

const types = [
  'BOOL', 'SINT', 'INT', 'DINT', 'LINT', 'USINT', 'UINT', 'UDINT', 'ULINT', 'BYTE', 'WORD', 'DWORD', 'LWORD', 'REAL', 'LREAL', 'TIME', 'DATE', 'STRING[7]', 'WSTRING[5]',
]; // prettier-ignore
const source = `PROGRAM Main
VAR Bit0 AT %MX0.0 : BOOL; Bit7 AT %MX0.7 : BOOL; ${types.map((t, i) => `v${i} : ${t}; w${i} : ARRAY[0..2] OF ${t};`).join('\n')} END_VAR
END_PROGRAM`;
const { image, diagnostics } = buildDocuments('all', [{ name: 'all.st', content: source }]);
if (!image) throw new Error(JSON.stringify(diagnostics));
const book = createLayoutBook();
const layout = book.prepare(image);
const { leaves } = layout;
const { variables } = image.memory;
const size = variables.start + 4 * leaves.wordCount;

/** What columns say of each leaf. */
function valuesOf(columns: Columns): Map<number, unknown> {
  const values = new Map<number, unknown>();
  for (const id of columns.trueIds) values.set(id, true);
  for (const id of columns.falseIds) values.set(id, false);
  const add = (ids: readonly number[], given: readonly unknown[]): void =>
    ids.forEach((id, i) => values.set(id, given[i]));
  add(columns.intIds, columns.intValues);
  add(columns.uintIds, columns.uintValues);
  add(columns.longIds, columns.longValues);
  add(columns.ulongIds, columns.ulongValues);
  add(columns.realIds, columns.realValues);
  add(columns.lrealIds, columns.lrealValues);
  add(columns.textIds, columns.textValues);
  return values;
}
/** Halves of surrogate pairs have no place in UTF-8, and the reader of protobuf-es takes a BOM at the start for none of the text. */
const plain = (value: Value, wide: boolean): unknown =>
  value.kind === 'string'
    ? value.value.replace(/\p{Surrogate}/gu, '\ufffd').replace(/^\ufeff/, '')
    : value.kind === 'int'
      ? wide
        ? value.value
        : Number(value.value)
      : 'value' in value
        ? value.value
        : undefined;
const isWide = (position: number): boolean => layout.tree.typeOf(leaves.variable(position)).size === 8;
const expectedAt = (memory: Uint8Array, position: number): unknown =>
  plain(readValue(image.types, leaves.variable(position), memory), isWide(position));

const memories = fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => {
  // BOOLs are 0 or 1, as every writer leaves them.
  for (let i = 0; i < leaves.count; i += 1) if (leaves.kind[i] === 0) bytes[leaves.address[i]!]! &= 1;
  return bytes;
});

describe('columns', () => {
  it('have every leaf of the program', () => {
    expect(leaves.count).toBe(2 + 4 * types.length);
  });

  it('say the same as a read of memory, for every type and any bytes', () => {
    const sink = createByteSink();
    const all = Array.from({ length: leaves.count }, (_, i) => i);
    fc.assert(
      fc.property(memories, (memory) => {
        writeColumns(sink, 1, leaves, all, new DataView(memory.buffer, memory.byteOffset), 0);
        // One nested message in field 1: its bytes follow a tag and a length of four bytes.
        const columns = fromBinary(ColumnsSchema, sink.take().subarray(5));
        const values = valuesOf(columns);
        for (const position of all)
          expect([position, values.get(position)]).toEqual([position, expectedAt(memory, position)]);
      }),
      { numRuns: 50, endOnFailure: true },
    );
  });

  it('of changed words name exactly the leaves whose bits differ', () => {
    const scratch = createWordScratch();
    fc.assert(
      fc.property(
        memories,
        fc.array(fc.nat(leaves.count - 1), { maxLength: 6 }),
        memories,
        (before, touched, other) => {
          const after = before.slice();
          for (const position of touched) {
            const variable = leaves.variable(position);
            const value = readValue(image.types, variable, other);
            if (value.kind === 'real' && !Number.isFinite(value.value)) continue;
            applyWrites(after, encodeValue(image.types, variable, value));
          }
          const a = new Uint32Array(before.buffer, variables.start, leaves.wordCount);
          const b = new Uint32Array(after.buffer, variables.start, leaves.wordCount);
          const index = Uint32Array.from([...a.keys()].filter((w) => a[w] !== b[w]));
          scratch.lay(layout, { layout: 1, index, value: index.map((w) => b[w]!), before: index.map((w) => a[w]!) });
          const bitsOf = (memory: Uint8Array, position: number): string => {
            const variable = leaves.variable(position);
            const bytes = memory.subarray(
              variable.address,
              variable.address + (variable.bit === undefined ? layout.tree.typeOf(variable).size : 1),
            );
            return variable.bit === undefined ? bytes.join() : String((bytes[0]! >> variable.bit) & 1);
          };
          const differing = Array.from({ length: leaves.count }, (_, i) => i).filter(
            (i) => bitsOf(before, i) !== bitsOf(after, i),
          );
          expect([...scratch.changedLeaves(undefined)].sort((x, y) => x - y)).toEqual(differing);
        },
      ),
      { numRuns: 100, endOnFailure: true },
    );
  });
});

describe('a reading', () => {
  it('is the same message when its bytes are written by hand', () => {
    const sink = createByteSink();
    fc.assert(
      fc.property(memories, fc.nat(leaves.count - 1), fc.boolean(), fc.string(), (memory, position, forced, name) => {
        const variable = leaves.variable(position);
        const value = readValue(image.types, variable, memory);
        const writer = { by: { kind: 'client' as const, name }, scan: 7, timeNs: 1_795_651_304_123_456_789n };
        const reading = { path: variable.path, type: 'T', value, generation: 5n, lastWriter: writer, forced };
        writeReading(sink, 1, reading);
        const byHand = fromBinary(VariableValueSchema, sink.take().subarray(5));
        const byLibrary = fromBinary(
          VariableValueSchema,
          toBinary(VariableValueSchema, create(VariableValueSchema, variableMessage(reading))),
        );
        expect(byHand).toEqual(byLibrary);
      }),
    );
  });
});
