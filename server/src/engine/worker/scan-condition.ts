import type { ScanCondition, ScanOperand } from '../engine.js';
import { readScalar, type Scalar } from './scalar-access.js';

/** A condition made ready for one memory. */
export type ConditionTest = () => boolean;

/** Throws where an address lies outside or the module does not fit. Comparison with NaN is false, `<>` true. */
export function createConditionTest(condition: ScanCondition, memory: WebAssembly.Memory): ConditionTest {
  switch (condition.kind) {
    case 'compare': {
      const left = operand(condition.left, memory);
      const right = operand(condition.right, memory);
      const { op } = condition;
      return () => compare(left(), op, right());
    }
    case 'not': {
      const term = createConditionTest(condition.term, memory);
      return () => !term();
    }
    case 'and':
    case 'or': {
      const terms = condition.terms.map((term) => createConditionTest(term, memory));
      return condition.kind === 'and' ? () => terms.every((term) => term()) : () => terms.some((term) => term());
    }
    case 'module': {
      const module = new WebAssembly.Module(condition.wasm);
      const test = new WebAssembly.Instance(module, { env: { memory } }).exports['test'];
      if (typeof test !== 'function') throw new TypeError('the condition exports no function "test"');
      return () => Boolean((test as () => unknown)());
    }
    default:
      return condition satisfies never;
  }
}

function operand(of: ScanOperand, memory: WebAssembly.Memory): () => Scalar {
  if (of.kind === 'constant') return () => of.value;
  const view = new DataView(memory.buffer);
  readScalar(view, of.address, of.type, of.bit);
  return () => readScalar(view, of.address, of.type, of.bit);
}

function compare(left: Scalar, op: '=' | '<>' | '<' | '<=' | '>' | '>=', right: Scalar): boolean {
  const a = typeof left === 'boolean' ? BigInt(left) : left;
  const b = typeof right === 'boolean' ? BigInt(right) : right;
  switch (op) {
    // bigint and number compare by mathematical value
    case '=':
      return a == b;
    case '<>':
      return a != b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return op satisfies never;
  }
}
