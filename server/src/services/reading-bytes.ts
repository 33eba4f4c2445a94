import type { LastWriter } from '../model/event.js';
import type { Value } from '../model/value.js';
import { formatValue } from '../runtime/literal-text.js';
import type { VariableReading } from '../runtime/variables.js';
import type { ByteSink } from './byte-sink.js';
import { create, toBinary } from '@bufbuild/protobuf';
import { ValueSchema } from '../../../proto/plcemu/v1/value_pb.js';
import { timestampOf } from './convert.js';
import { valueMessage } from './value.js';

/** Field numbers of VariableValue and Value, where the bytes of the common kinds are written by hand. */
const fields = { path: 1, type: 2, value: 3, literal: 4, generation: 5, lastWriter: 6, forced: 7 } as const;
const writerFields = { client: 1, scan: 2, time: 3 } as const;
const kinds = { bool: 1, int: 2, uint: 3, real: 4, lreal: 5, string: 6 } as const;
const signed = new Set(['SINT', 'INT', 'DINT', 'LINT']);
const unsigned = new Set(['USINT', 'UINT', 'UDINT', 'ULINT', 'BYTE', 'WORD', 'DWORD', 'LWORD']);

/** Writes a VariableValue as `field`: the same bytes as `variableMessage` makes, several times faster. */
export function writeReading(sink: ByteSink, field: number, reading: VariableReading): void {
  const mark = sink.open(field);
  sink.string(fields.path, reading.path);
  sink.string(fields.type, reading.type);
  writeValue(sink, reading.value);
  sink.string(fields.literal, formatValue(reading.value).replace(/\p{Surrogate}/gu, '\ufffd'));
  sink.uint64(fields.generation, reading.generation);
  if (reading.lastWriter) writeWriter(sink, reading.lastWriter);
  sink.bool(fields.forced, reading.forced);
  sink.close(mark);
}

function writeWriter(sink: ByteSink, writer: LastWriter): void {
  const mark = sink.open(fields.lastWriter);
  sink.string(writerFields.client, writer.by.name);
  sink.uint64(writerFields.scan, BigInt(writer.scan));
  const { seconds, nanos } = timestampOf(writer.timeNs);
  const time = sink.open(writerFields.time);
  sink.uint64(1, BigInt.asUintN(64, seconds));
  sink.uint32(2, nanos);
  sink.close(time);
  sink.close(mark);
}

function writeValue(sink: ByteSink, value: Value): void {
  const mark = sink.open(fields.value);
  switch (value.kind) {
    case 'bool':
      // The member of a oneof is written also where it is FALSE.
      sink.varint(kinds.bool << 3);
      sink.varint(value.value ? 1 : 0);
      break;
    case 'real':
      sink.varint(value.type === 'REAL' ? (kinds.real << 3) | 5 : (kinds.lreal << 3) | 1);
      if (value.type === 'REAL') sink.float(value.value);
      else sink.double(value.value);
      break;
    case 'int':
      if (value.enumName === undefined && (signed.has(value.type) || unsigned.has(value.type))) {
        sink.varint((signed.has(value.type) ? kinds.int : kinds.uint) << 3);
        const bits = BigInt.asUintN(64, value.value);
        sink.varint64(Number(bits & 0xffff_ffffn), Number(bits >> 32n));
        break;
      }
      sink.raw(toBinary(ValueSchema, create(ValueSchema, valueMessage(value))));
      break;
    default:
      sink.raw(toBinary(ValueSchema, create(ValueSchema, valueMessage(value))));
  }
  sink.close(mark);
}
