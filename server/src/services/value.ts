import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Value as ValueMessage, ValueSchema, VariableValueSchema } from '../../../proto/plcemu/v1/value_pb.js';
import type { ElementaryName, TypeDescriptor, TypeId } from '../model/data-type.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import type { Value } from '../model/value.js';
import { formatValue, parseLiteral } from '../runtime/literal-text.js';
import { typeName } from '../runtime/value-codec.js';
import type { VariableReading } from '../runtime/variables.js';
import { durationOf, nsOf, timestampOf, writerMessage } from './convert.js';

type ValueInit = MessageInitShape<typeof ValueSchema>;
const durations = new Set<ElementaryName>(['TIME', 'LTIME', 'TOD', 'LTOD']);
const timestamps = new Set<ElementaryName>(['DATE', 'LDATE', 'DT', 'LDT']);
const unsigned = new Set<ElementaryName>(['USINT', 'UINT', 'UDINT', 'ULINT', 'BYTE', 'WORD', 'DWORD', 'LWORD']);

/** A value in the form that fits its type. */
export function valueMessage(value: Value): ValueInit {
  switch (value.kind) {
    case 'bool':
      return { kind: { case: 'boolValue', value: value.value } };
    case 'int':
      return integerMessage(value.type, value.value, value.enumName);
    case 'real':
      return {
        kind:
          value.type === 'REAL'
            ? { case: 'realValue', value: value.value }
            : { case: 'lrealValue', value: value.value },
      };
    case 'string':
      return { kind: { case: 'stringValue', value: value.value.replace(/\p{Surrogate}/gu, '\ufffd') } };
    case 'array':
      return { kind: { case: 'arrayValue', value: { elements: value.elements.map(valueMessage) } } };
    case 'struct':
      return {
        kind: {
          case: 'structValue',
          value: {
            type: value.typeName,
            members: value.members.map(([name, part]) => ({ name, value: valueMessage(part) })),
          },
        },
      };
    case 'pointer':
      return { kind: { case: 'pointerValue', value: value.address } };
  }
}

function integerMessage(type: ElementaryName, value: bigint, enumName: string | undefined): ValueInit {
  if (enumName !== undefined) return { kind: { case: 'enumValue', value: enumName } };
  if (durations.has(type)) return { kind: { case: 'durationValue', value: durationOf(value) } };
  if (timestamps.has(type)) return { kind: { case: 'timestampValue', value: timestampOf(value) } };
  if (type === 'CHAR' || type === 'WCHAR')
    return { kind: { case: 'stringValue', value: value === 0n ? '' : String.fromCharCode(Number(value)) } };
  if (unsigned.has(type)) return { kind: { case: 'uintValue', value } };
  return { kind: { case: 'intValue', value } };
}

export function variableMessage(reading: VariableReading): MessageInitShape<typeof VariableValueSchema> {
  return {
    path: reading.path,
    type: reading.type,
    value: valueMessage(reading.value),
    literal: formatValue(reading.value),
    generation: reading.generation,
    ...(reading.lastWriter && { lastWriter: writerMessage(reading.lastWriter) }),
    forced: reading.forced,
  };
}

/** A request's value for a variable of a type; its range is checked where it is laid into memory. TYPE_MISMATCH. */
export function valueFor(
  message: ValueMessage | undefined,
  types: readonly TypeDescriptor[],
  id: TypeId,
  path: string,
): Value {
  const kind = message?.kind;
  if (!kind || kind.case === undefined)
    throw new HostError('INVALID_REQUEST', `The value for '${path}' is missing.`, { path });
  if (kind.case === 'literal') return parseLiteral(types, id, kind.value);
  const type = types[id]!;
  const mismatch = (): HostError =>
    new HostError('TYPE_MISMATCH', `'${path}' is ${typeName(types, id)}; it can't take ${described(kind.case)}.`, {
      path,
      type: typeName(types, id),
    });
  switch (type.kind) {
    case 'elementary':
      return elementary(type.name, kind, mismatch);
    case 'subrange':
      return elementary(type.base, kind, mismatch);
    case 'enum': {
      if (kind.case === 'enumValue') {
        const name = kind.value.slice(kind.value.lastIndexOf('#') + 1);
        const found = type.values.find((v) => foldName(v.name) === foldName(name));
        if (!found)
          throw new HostError(
            'VALUE_OUT_OF_RANGE',
            `'${path}' is ${type.name}, which has no '${name.slice(0, 80)}'; it has ${type.values
              .slice(0, 12)
              .map((v) => v.name)
              .join(', ')}.`,
            { path },
          );
        return { kind: 'int', type: type.base, value: found.value, enumName: found.name };
      }
      return elementary(type.base, kind, mismatch);
    }
    case 'string':
      if (kind.case !== 'stringValue') throw mismatch();
      return { kind: 'string', wide: type.wide, value: kind.value };
    case 'array': {
      if (kind.case !== 'arrayValue') throw mismatch();
      return {
        kind: 'array',
        elements: kind.value.elements.map((element, i) => valueFor(element, types, type.element, `${path}[${i}]`)),
      };
    }
    case 'struct': {
      if (kind.case !== 'structValue') throw mismatch();
      const members = kind.value.members.map(({ name, value }): [string, Value] => {
        const member = type.members.find((m) => foldName(m.name) === foldName(name));
        if (!member)
          throw new HostError('TYPE_MISMATCH', `'${path}' has no member '${name.slice(0, 80)}'.`, {
            path,
            member: name.slice(0, 80),
          });
        return [member.name, valueFor(value, types, member.type, `${path}.${member.name}`)];
      });
      return { kind: 'struct', typeName: type.name, members };
    }
    case 'pointer':
      throw mismatch();
  }
}

type Kind = Exclude<ValueMessage['kind'], { case: undefined }>;

function elementary(name: ElementaryName, kind: Kind, mismatch: () => HostError): Value {
  switch (kind.case) {
    case 'boolValue':
      if (name !== 'BOOL') throw mismatch();
      return { kind: 'bool', value: kind.value };
    case 'intValue':
    case 'uintValue':
      if (name === 'BOOL' || durations.has(name) || timestamps.has(name) || name === 'CHAR' || name === 'WCHAR')
        throw mismatch();
      return { kind: 'int', type: name, value: kind.value };
    case 'realValue':
    case 'lrealValue':
      if (name !== 'REAL' && name !== 'LREAL') throw mismatch();
      return { kind: 'real', type: name, value: kind.value };
    case 'durationValue':
      if (!durations.has(name)) throw mismatch();
      return { kind: 'int', type: name, value: nsOf(kind.value) };
    case 'timestampValue':
      if (!timestamps.has(name)) throw mismatch();
      return { kind: 'int', type: name, value: nsOf(kind.value) };
    case 'stringValue':
      if ((name !== 'CHAR' && name !== 'WCHAR') || kind.value.length > 1) throw mismatch();
      return { kind: 'int', type: name, value: BigInt(kind.value === '' ? 0 : kind.value.charCodeAt(0)) };
    default:
      throw mismatch();
  }
}

function described(kind: Kind['case']): string {
  const words: Readonly<Record<Kind['case'], string>> = {
    boolValue: 'a BOOL',
    intValue: 'a whole number',
    uintValue: 'a whole number',
    realValue: 'a real number',
    lrealValue: 'a real number',
    stringValue: 'a text',
    durationValue: 'a duration',
    timestampValue: 'a date',
    enumValue: 'the name of an enumeration value',
    arrayValue: 'an array',
    structValue: 'a structure',
    pointerValue: 'a reference',
    literal: 'this literal',
  };
  return words[kind];
}
