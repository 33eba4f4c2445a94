import type { EventPayload } from '../model/event.js';

/**
 * Events on disk: JSON, with what JSON does not know tagged: {"$n": "123"} for a bigint, {"$d": "NaN"} for a number that JSON cannot
 * write, {"$b": "base64"} for bytes. A member whose own name begins with $ gets one more. Always UTF-8 text.
 */
export function encodePayload(timeNs: bigint, payload: EventPayload): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([String(timeNs), pack(payload)]));
}

/** Undefined where the bytes are not what `encodePayload` gives. */
export function decodePayload(
  bytes: Uint8Array,
): { readonly timeNs: bigint; readonly payload: EventPayload } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
    if (!Array.isArray(value) || typeof value[0] !== 'string') return undefined;
    const payload = unpack(value[1]);
    if (typeof payload !== 'object' || payload === null || !('kind' in payload)) return undefined;
    return { timeNs: BigInt(value[0]), payload: payload as EventPayload };
  } catch {
    return undefined;
  }
}

function pack(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return { $n: String(value) };
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $d: Object.is(value, -0) ? '-0' : String(value) };
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(pack);
      if (value instanceof Uint8Array) return { $b: Buffer.from(value).toString('base64') };
      const packed: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(value)) {
        if (member !== undefined) packed[name.startsWith('$') ? `$${name}` : name] = pack(member);
      }
      return packed;
    }
    default:
      return value;
  }
}

function unpack(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(unpack);
  const members = Object.entries(value);
  if (members.length === 1 && typeof members[0]![1] === 'string') {
    const [name, text] = members[0] as [string, string];
    if (name === '$n') return BigInt(text);
    if (name === '$d') return Number(text);
    if (name === '$b') return new Uint8Array(Buffer.from(text, 'base64'));
  }
  const result: Record<string, unknown> = {};
  for (const [name, member] of members) {
    const own = name.startsWith('$$') ? name.slice(1) : name;
    // Not by assignment: "__proto__" in a file must stay a name.
    Object.defineProperty(result, own, { value: unpack(member), enumerable: true, writable: true, configurable: true });
  }
  return result;
}
