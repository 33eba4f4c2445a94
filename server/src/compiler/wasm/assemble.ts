import { ByteWriter } from './byte-writer.js';
import { binaryOpcode, emptyBlock, misc, op, unaryOpcode, v128Type, valueType } from './opcodes.js';

/** Instructions without operands. */
const plain: Readonly<Record<string, number>> = {
  ...unaryOpcode,
  ...binaryOpcode,
  unreachable: op.unreachable,
  loop: op.loop,
  else: op.else,
  end: op.end,
  return: op.return,
  drop: op.drop,
  select: op.select,
};
const memory: Readonly<Record<string, number>> = {
  'i32.load': 0x28, 'i64.load': 0x29, 'i32.load8_u': 0x2d, 'i32.load16_u': 0x2f,
  'i32.store': 0x36, 'i64.store': 0x37, 'i32.store8': 0x3a, 'i32.store16': 0x3b,
}; // prettier-ignore
/** Sub-opcodes behind `op.simd`. */
const vectorMemory: Readonly<Record<string, number>> = { 'v128.load': 0x00, 'v128.store': 0x0b };
const vector: Readonly<Record<string, number>> = {
  'i8x16.splat': 0x0f, 'i8x16.eq': 0x23, 'i8x16.ne': 0x24, 'i32x4.ne': 0x38, 'v128.or': 0x50, 'v128.xor': 0x51, 'v128.any_true': 0x53,
  'i8x16.bitmask': 0x64, 'i8x16.narrow_i16x8_s': 0x65, 'i16x8.narrow_i32x4_s': 0x85,
}; // prettier-ignore

/** A function in text: one instruction after the other, as in the WebAssembly text format, locals and labels by name. */
export interface AssemblyText {
  readonly params: readonly string[];
  /** Name and type of further locals. */
  readonly locals?: Readonly<Record<string, 'i32' | 'i64' | 'v128'>>;
  /** `block $name`, `loop $name`, `if` open, `end` closes; `br $name`; `call name`; loads and stores may have `offset=n`. */
  readonly body: string;
}

/** The code entry of a function. `functionIndex` finds the callees. */
export function assemble(text: AssemblyText, functionIndex: (name: string) => number = () => 0): ByteWriter {
  const out = new ByteWriter(256);
  const locals = Object.entries(text.locals ?? {});
  out.u32(locals.length);
  for (const [, type] of locals) {
    out.u32(1);
    out.byte(type === 'v128' ? v128Type : valueType[type]);
  }
  const names = [...text.params, ...locals.map(([name]) => name)];
  const localIndex = (name: string): number => {
    const index = names.indexOf(name);
    if (index < 0) throw new Error(`no local ${name}`);
    return index;
  };
  const tokens = text.body
    .replaceAll(/;;.*/g, '')
    .split(/\s+/)
    .filter((token) => token !== '');
  const labels: (string | undefined)[] = [];
  let at = 0;
  const next = (): string => tokens[at++]!;
  const offset = (): number => (tokens[at]?.startsWith('offset=') ? Number(next().slice(7)) : 0);
  while (at < tokens.length) {
    const name = next();
    switch (name) {
      case 'block':
      case 'loop':
      case 'if':
        out.byte(name === 'block' ? op.block : name === 'loop' ? op.loop : op.if);
        out.byte(emptyBlock);
        labels.push(tokens[at]?.startsWith('$') ? next() : undefined);
        continue;
      case 'br':
      case 'br_if': {
        const depth = labels.length - 1 - labels.lastIndexOf(next());
        out.byte(name === 'br' ? op.br : op.brIf);
        out.u32(depth);
        continue;
      }
      case 'call':
        out.byte(op.call);
        out.u32(functionIndex(next()));
        continue;
      case 'local.get':
      case 'local.set':
      case 'local.tee':
        out.byte(name === 'local.get' ? op.localGet : name === 'local.set' ? op.localSet : op.localTee);
        out.u32(localIndex(next()));
        continue;
      case 'i32.const':
        out.byte(op.i32Const);
        out.s32(Number(next()));
        continue;
      case 'i64.const':
        out.byte(op.i64Const);
        out.s64(BigInt(next()));
        continue;
      case 'v128.zero':
        out.byte(op.simd);
        out.u32(0x0c);
        for (let count = 0; count < 16; count++) out.byte(0);
        continue;
      case 'memory.copy':
        for (const byte of [op.misc, misc.memoryCopy, 0, 0]) out.byte(byte);
        continue;
      default:
        break;
    }
    if (name === 'end') labels.pop();
    const code = plain[name] ?? memory[name];
    const vectorCode = vector[name] ?? vectorMemory[name];
    if (code !== undefined) out.byte(code);
    else if (vectorCode !== undefined) {
      out.byte(op.simd);
      out.u32(vectorCode);
    } else throw new Error(`unknown instruction ${name}`);
    if (name in memory || name in vectorMemory) {
      out.u32(0);
      out.u32(offset());
    }
  }
  out.byte(op.end);
  return out;
}
