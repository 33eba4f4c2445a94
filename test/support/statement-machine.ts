import { foldName } from '../../server/src/model/identifier.js';
import type { Expression, Statement, VariableDeclaration } from '../../server/src/compiler/syntax/ast.js';

type Value = number | bigint | boolean;
type Store = Map<string, Value>;

class Jump extends Error {
  constructor(readonly label: string) {
    super(label);
  }
}
class Return extends Error {}

/**
 * Runs statements of the syntax tree on a flat store, for tests of what lowering makes: variables by folded path (`STEP.X`), times in
 * ns as bigint, actions as calls to functions in TypeScript. Shares nothing with the compiler.
 */
export class StatementMachine {
  readonly store: Store = new Map();
  now = 0n;

  constructor(
    private readonly calls: Readonly<
      Record<string, (machine: StatementMachine, args: ReadonlyMap<string, Value>) => Value | undefined>
    > = {},
  ) {}

  declare(variables: readonly VariableDeclaration[]): void {
    for (const { name, type, initial } of variables) {
      const typeName = type.kind === 'named' ? type.name : '';
      if (typeName === '__SFC_STEP') {
        this.set(`${name}.X`, initial !== undefined);
        this.set(`${name}.T`, 0n);
      } else this.set(name, typeName === 'TIME' ? 0n : typeName === 'BOOL' ? false : 0);
    }
  }
  set(path: string, value: Value): void {
    this.store.set(foldName(path), value);
  }
  get(path: string): Value {
    const value = this.store.get(foldName(path));
    if (value === undefined) throw new Error(`no variable ${path}`);
    return value;
  }

  /** One call of the body: temporaries begin at 0. */
  scan(statements: readonly Statement[]): void {
    for (const key of [...this.store.keys()]) if (key.startsWith('$')) this.store.delete(key);
    try {
      this.list(statements);
    } catch (signal) {
      if (!(signal instanceof Return)) throw signal;
    }
  }

  private list(statements: readonly Statement[]): void {
    let at = 0;
    for (let steps = 0; at < statements.length; steps += 1) {
      if (steps > 100_000) throw new Error('endless loop');
      try {
        this.run(statements[at]!);
        at += 1;
      } catch (signal) {
        if (!(signal instanceof Jump)) throw signal;
        const target = statements.findIndex((s) => s.kind === 'label' && foldName(s.label) === foldName(signal.label));
        if (target < 0) throw signal;
        at = target + 1;
      }
    }
  }

  private run(s: Statement): void {
    switch (s.kind) {
      case 'assign': {
        const value = this.evaluate(s.value);
        if (s.op === ':=') this.set(pathOf(s.target), value);
        else if (value === true) this.set(pathOf(s.target), s.op === 'S=');
        return;
      }
      case 'let':
        this.set(s.name, this.evaluate(s.value));
        return;
      case 'expression':
        this.evaluate(s.expression);
        return;
      case 'if': {
        const branch = s.branches.find((each) => this.evaluate(each.condition) === true);
        this.list(branch?.body ?? s.otherwise ?? []);
        return;
      }
      case 'jump':
        throw new Jump(s.label);
      case 'return':
        throw new Return();
      case 'label':
      case 'empty':
        return;
      default:
        throw new Error(`the machine does not run ${s.kind}`);
    }
  }

  private evaluate(e: Expression): Value {
    switch (e.kind) {
      case 'bool':
        return e.value;
      case 'int':
        return Number(e.value);
      case 'duration':
        return e.ns;
      case 'name':
        if (e.name.startsWith('$') && !this.store.has(foldName(e.name))) return false;
        return this.get(e.name);
      case 'member':
        return this.get(pathOf(e));
      case 'unary': {
        const value = this.evaluate(e.operand);
        return e.op === 'NOT' ? value !== true : -Number(value);
      }
      case 'binary':
        return combine(e.op, this.evaluate(e.left), this.evaluate(e.right));
      case 'call': {
        const name = foldName(pathOf(e.callee));
        if (name === '__NOW') return this.now;
        const args = new Map(
          e.args.map((a, i) => [
            foldName(a.name ?? String(i)),
            a.value && a.direction === 'in' ? this.evaluate(a.value) : false,
          ]),
        );
        const call = this.calls[name];
        if (!call) throw new Error(`no function ${name}`);
        return call(this, args) ?? false;
      }
      default:
        throw new Error(`the machine does not evaluate ${e.kind}`);
    }
  }
}

function pathOf(e: Expression): string {
  if (e.kind === 'name') return e.name;
  if (e.kind === 'member') return `${pathOf(e.object)}.${e.member}`;
  throw new Error(`no path: ${e.kind}`);
}

function combine(op: string, left: Value, right: Value): Value {
  switch (op) {
    case 'AND':
      return left === true && right === true;
    case 'OR':
      return left === true || right === true;
    case 'XOR':
      return left !== right;
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    default:
  }
  if (typeof left === 'bigint' && typeof right === 'bigint') return op === '+' ? left + right : left - right;
  const [a, b] = [Number(left), Number(right)];
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return Math.trunc(a / b);
    case 'MOD':
      return a % b;
    default:
      throw new Error(`no operator ${op}`);
  }
}
