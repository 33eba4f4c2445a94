import { createRandomSource, type RandomSource } from './random-source.js';

/** Elementary types that random programs use, by what can be done with them. */
const integers = ['SINT', 'INT', 'DINT', 'LINT', 'USINT', 'UINT', 'UDINT', 'ULINT'] as const;
const bits = ['BYTE', 'WORD', 'DWORD', 'LWORD'] as const;
const reals = ['REAL', 'LREAL'] as const;
type Integer = (typeof integers)[number];
type Bits = (typeof bits)[number];
type Real = (typeof reals)[number];
type TypeName = Integer | Bits | Real | 'BOOL' | 'TIME' | 'STRING';
const allTypes: readonly TypeName[] = [...integers, ...bits, ...reals, 'BOOL', 'TIME', 'STRING'];

const widths: Readonly<Record<Integer | Bits, number>> = {
  SINT: 8, INT: 16, DINT: 32, LINT: 64, USINT: 8, UINT: 16, UDINT: 32, ULINT: 64, BYTE: 8, WORD: 16, DWORD: 32, LWORD: 64,
}; // prettier-ignore

const isOneOf = <T extends string>(list: readonly T[], name: string): name is T =>
  (list as readonly string[]).includes(name);

interface Variable {
  readonly name: string;
  readonly type: TypeName;
  readonly readOnly?: boolean;
}

interface Scope {
  readonly variables: readonly Variable[];
  readonly functions: readonly FunctionShape[];
  readonly blocks: readonly BlockShape[];
  /** Names of instances that may be called here, with their block. */
  readonly instances: readonly { readonly name: string; readonly block: BlockShape }[];
  readonly timers: readonly string[];
  /** INT variables free for counting. */
  readonly counters: string[];
  loopDepth: number;
}

interface FunctionShape {
  readonly name: string;
  readonly result: TypeName;
  readonly params: readonly Variable[];
}
interface BlockShape {
  readonly name: string;
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
}

/**
 * A random program in Structured Text that compiles: functions, blocks with instances in each other and in arrays, loops, CASE,
 * conversions, texts, arrays, structures, timers. It ends after a bounded number of steps, or in a fault.
 */
export function randomProgram(seed: number): string {
  return new Generator(createRandomSource(seed)).program();
}

class Generator {
  private readonly out: string[] = [];

  constructor(private readonly random: RandomSource) {}

  program(): string {
    const { random } = this;
    this.out.push('TYPE Pair : STRUCT A : INT; B : REAL; C : BOOL; D : ARRAY[0..3] OF DINT; END_STRUCT; END_TYPE');
    const globals = this.variables('G', 6);
    this.out.push('VAR_GLOBAL', ...this.declarations(globals), 'END_VAR');
    const functions: FunctionShape[] = [];
    for (let index = random.below(3); index >= 0; index--) functions.push(this.fn(`Fn${index}`, globals, functions));
    const blocks: BlockShape[] = [];
    for (let index = 0; index <= random.below(3); index++)
      blocks.push(this.block(`Block${index}`, globals, functions, blocks));
    this.main(globals, functions, blocks);
    return `${this.out.join('\n')}\n`;
  }

  private variables(prefix: string, count: number): Variable[] {
    return Array.from({ length: count }, (_, index) => ({
      name: `${prefix}${index}`,
      type: this.random.pick(allTypes),
    }));
  }

  private declarations(variables: readonly Variable[], initial = true): string[] {
    return variables.map(({ name, type }) => {
      const value = initial && this.random.chance(0.5) ? ` := ${this.literal(type)}` : '';
      return `  ${name} : ${type === 'STRING' ? 'STRING[24]' : type}${value};`;
    });
  }

  private fn(name: string, globals: readonly Variable[], functions: readonly FunctionShape[]): FunctionShape {
    const result = this.random.pick(allTypes.filter((type) => type !== 'STRING'));
    const params = this.variables('p', 1 + this.random.below(3));
    const locals = this.variables('v', 3);
    const counters = ['n0', 'n1', 'n2'];
    this.out.push(`FUNCTION ${name} : ${result}`, 'VAR_INPUT', ...this.declarations(params, false), 'END_VAR');
    this.out.push(
      'VAR',
      ...this.declarations(locals),
      '  n0, n1, n2 : INT;',
      '  List : ARRAY[0..7] OF INT;',
      'END_VAR',
    );
    const scope: Scope = {
      variables: [
        ...params,
        ...locals,
        ...globals.slice(0, 2),
        { name, type: result },
        { name: 'List[3]', type: 'INT' },
      ],
      functions: [...functions],
      blocks: [],
      instances: [],
      timers: [],
      counters,
      loopDepth: 0,
    };
    this.body(scope, 3, 2 + this.random.below(4), '  ');
    this.out.push(`  ${name} := ${this.expr(scope, result, 2)};`, 'END_FUNCTION', '');
    return { name, result, params };
  }

  private block(
    name: string,
    globals: readonly Variable[],
    functions: readonly FunctionShape[],
    blocks: readonly BlockShape[],
  ): BlockShape {
    const { random } = this;
    const inputs = this.variables('In', 1 + random.below(3));
    const outputs = this.variables('Out', 1 + random.below(2));
    const locals = this.variables('v', 4);
    const inner = random.chance(0.6) ? blocks.slice(-1) : [];
    const instances = inner.map((block) => ({ name: 'Inner', block }));
    this.out.push(`FUNCTION_BLOCK ${name}`, 'VAR_INPUT', ...this.declarations(inputs), 'END_VAR');
    this.out.push('VAR_OUTPUT', ...this.declarations(outputs), 'END_VAR', 'VAR', ...this.declarations(locals));
    this.out.push('  n0, n1, n2 : INT;', '  List : ARRAY[0..7] OF INT;', '  Data : Pair;', '  Hold : TON;');
    this.out.push(...instances.map((one) => `  ${one.name} : ${one.block.name};`), 'END_VAR');
    const scope: Scope = {
      variables: [...inputs, ...outputs, ...locals, ...globals.slice(0, 4), ...this.members('Data')],
      functions: [...functions],
      blocks: [],
      instances,
      timers: ['Hold'],
      counters: ['n0', 'n1', 'n2'],
      loopDepth: 0,
    };
    this.body(scope, 3, 4 + random.below(5), '  ');
    this.out.push('END_FUNCTION_BLOCK', '');
    return { name, inputs, outputs };
  }

  private members(name: string): Variable[] {
    return [
      { name: `${name}.A`, type: 'INT' },
      { name: `${name}.B`, type: 'REAL' },
      { name: `${name}.C`, type: 'BOOL' },
      { name: `${name}.D[2]`, type: 'DINT' },
      { name: 'List[5]', type: 'INT' },
    ];
  }

  private main(globals: readonly Variable[], functions: readonly FunctionShape[], blocks: readonly BlockShape[]): void {
    const { random } = this;
    const locals = this.variables('v', 8);
    const instances = blocks.flatMap((block) =>
      Array.from({ length: 1 + random.below(2) }, (_, index) => ({ name: `${block.name}_${index}`, block })),
    );
    const rows = blocks.map((block) => ({ name: `Row${block.name}`, block }));
    this.out.push(
      'PROGRAM Main',
      'VAR',
      ...this.declarations(locals),
      '  n0, n1, n2 : INT;',
      '  List : ARRAY[0..7] OF INT;',
    );
    this.out.push('  Data, Other : Pair;', '  Hold, Wait : TON;', '  Pointer : POINTER TO INT;');
    this.out.push(...instances.map((one) => `  ${one.name} : ${one.block.name};`));
    this.out.push(...rows.map((row) => `  ${row.name} : ARRAY[0..3] OF ${row.block.name};`), 'END_VAR');
    this.out.push('  Pointer := ADR(List[1]);', '  Data := Other;');
    const scope: Scope = {
      variables: [
        ...locals,
        ...globals,
        ...this.members('Data'),
        ...this.members('Other'),
        { name: 'Pointer^', type: 'INT' },
        { name: 'List[1]', type: 'INT' },
      ],
      functions: [...functions],
      blocks,
      instances: [...instances, ...rows.map((row) => ({ name: `${row.name}[2]`, block: row.block }))],
      timers: ['Hold', 'Wait'],
      counters: ['n0', 'n1', 'n2'],
      loopDepth: 0,
    };
    this.body(scope, 3, 6 + random.below(8), '  ');
    for (const row of rows) {
      const [input] = row.block.inputs;
      this.out.push(
        '  FOR n0 := 0 TO 3 DO',
        `    ${row.name}[n0](${input ? `${input.name} := ${this.expr(scope, input.type, 1)}` : ''});`,
        '  END_FOR;',
      );
    }
    this.out.push('END_PROGRAM');
  }

  // Statements.

  private body(scope: Scope, depth: number, count: number, indent: string): void {
    if (depth < 3) this.out.push(`${indent};`);
    for (let index = 0; index < count; index++) this.statement(scope, depth, indent);
  }

  private statement(scope: Scope, depth: number, indent: string): void {
    const { random, out } = this;
    const put = (text: string): void => void out.push(indent + text);
    switch (random.below(depth > 0 ? 14 : 7)) {
      case 0: {
        this.callInstance(scope, indent);
        return;
      }
      case 1:
        if (scope.timers.length === 0) return;
        {
          put(`${random.pick(scope.timers)}(IN := ${this.expr(scope, 'BOOL', 2)}, PT := T#${random.below(50)}ms);`);
          return;
        }
      case 2: {
        const index = this.index(scope, 7);
        put(`List[${index}] := ${this.expr(scope, 'INT', 2)};`);
        return;
      }
      case 7:
      case 8:
        put(`IF ${this.expr(scope, 'BOOL', 2)} THEN`);
        this.body(scope, depth - 1, 1 + random.below(3), `${indent}  `);
        if (random.chance(0.4)) {
          put(`ELSIF ${this.expr(scope, 'BOOL', 2)} THEN`);
          this.body(scope, depth - 1, 1, `${indent}  `);
        }
        if (random.chance(0.5)) {
          put('ELSE');
          this.body(scope, depth - 1, 1 + random.below(2), `${indent}  `);
        }
        {
          put('END_IF;');
          return;
        }
      case 9: {
        this.caseStatement(scope, depth, indent);
        return;
      }
      case 10:
      case 11:
      case 12: {
        this.loop(scope, depth, indent);
        return;
      }
      case 13:
        if (scope.loopDepth === 0) return;
        {
          put(`IF ${this.expr(scope, 'BOOL', 1)} THEN ${random.pick(['EXIT', 'CONTINUE'])}; END_IF;`);
          return;
        }
      default: {
        const target = random.pick(scope.variables.filter((one) => !one.readOnly));
        put(`${target.name} := ${this.expr(scope, target.type, 3)};`);
        return;
      }
    }
  }

  private callInstance(scope: Scope, indent: string): void {
    const { random } = this;
    if (scope.instances.length === 0) return;
    const { name, block } = random.pick(scope.instances);
    const inputs = block.inputs
      .filter(() => random.chance(0.7))
      .map((input) => `${input.name} := ${this.expr(scope, input.type, 2)}`);
    this.out.push(`${indent}${name}(${inputs.join(', ')});`);
    const output = random.pick(block.outputs);
    const target = scope.variables.find((one) => one.type === output.type && !one.readOnly);
    if (target) this.out.push(`${indent}${target.name} := ${name}.${output.name};`);
  }

  private caseStatement(scope: Scope, depth: number, indent: string): void {
    const { random, out } = this;
    const type = random.pick(['INT', 'DINT', 'USINT', 'LINT'] as const);
    const modulus = random.pick([5, 12, 100]);
    out.push(`${indent}CASE ${this.expr(scope, type, 2)} MOD ${type}#${modulus} OF`);
    let next = type === 'USINT' ? 0 : -3;
    for (let count = random.below(6); count >= 0; count--) {
      const low = next + random.below(3);
      const high = low + random.below(3);
      next = high + 1;
      out.push(`${indent}  ${low === high ? `${low}` : `${low}..${high}`}:`);
      this.body(scope, depth - 1, 1 + random.below(2), `${indent}    `);
    }
    if (random.chance(0.6)) {
      out.push(`${indent}ELSE`);
      this.body(scope, depth - 1, 1, `${indent}    `);
    }
    out.push(`${indent}END_CASE;`);
  }

  private loop(scope: Scope, depth: number, indent: string): void {
    const { random, out } = this;
    const counter = scope.counters.pop();
    if (counter === undefined || scope.loopDepth >= 2) {
      if (counter !== undefined) scope.counters.push(counter);
      return;
    }
    scope.loopDepth += 1;
    const inner: Scope = {
      ...scope,
      variables: [
        ...scope.variables,
        { name: counter, type: 'INT', readOnly: true },
        { name: `List[${counter}]`, type: 'INT' },
      ],
    };
    const last = random.below(8);
    switch (random.below(5)) {
      case 0:
        out.push(`${indent}FOR ${counter} := 7 TO ${last} BY -1 DO`);
        this.body(inner, depth - 1, 1 + random.below(3), `${indent}  `);
        out.push(`${indent}END_FOR;`);
        break;
      case 1: {
        // A counter that the body can't leave behind.
        out.push(
          `${indent}${counter} := 0;`,
          `${indent}WHILE ${counter} < ${last} AND (${this.expr(scope, 'BOOL', 1)}) DO`,
        );
        out.push(`${indent}  ${counter} := ${counter} + 1;`);
        this.body({ ...inner, variables: scope.variables }, depth - 1, 1 + random.below(2), `${indent}  `);
        out.push(`${indent}END_WHILE;`);
        break;
      }
      case 2:
        out.push(`${indent}${counter} := 0;`, `${indent}REPEAT`, `${indent}  ${counter} := ${counter} + 1;`);
        this.body({ ...inner, variables: scope.variables }, depth - 1, 1 + random.below(2), `${indent}  `);
        out.push(`${indent}UNTIL ${counter} >= ${last} END_REPEAT;`);
        break;
      default:
        out.push(`${indent}FOR ${counter} := ${random.below(3)} TO ${last} ${random.chance(0.3) ? 'BY 2 ' : ''}DO`);
        this.body(inner, depth - 1, 1 + random.below(3), `${indent}  `);
        out.push(`${indent}END_FOR;`);
    }
    scope.loopDepth -= 1;
    scope.counters.push(counter);
  }

  /** An index that is mostly within 0 .. high. */
  private index(scope: Scope, high: number): string {
    if (this.random.chance(0.3)) return `${this.random.below(high + 1)}`;
    const variable = scope.variables.find((one) => one.type === 'INT');
    return variable && this.random.chance(0.05) ? variable.name : `ABS(${this.expr(scope, 'INT', 1)} MOD ${high + 1})`;
  }

  // Expressions.

  private literal(type: TypeName): string {
    const { random } = this;
    if (type === 'BOOL') return random.pick(['TRUE', 'FALSE']);
    if (type === 'TIME') return `T#${random.pick([0, 1, 10, 25, 1000, 86_400_000])}ms`;
    if (type === 'STRING') return `'${random.pick(['', 'a', 'abc', 'Pump 12', '-37', '3.5e2', 'hello world, again'])}'`;
    if (isOneOf(reals, type))
      return `${type}#${random.pick(['0.0', '1.0', '-1.5', '0.1', '1.0E10', '-3.25', '100.0', '1.0E30'])}`;
    const width = widths[type];
    if (isOneOf(bits, type))
      return `${type}#16#${random.pick(['0', '1', 'F', '55', 'FF', '80', ...(width > 8 ? ['8000', '1234'] : [])])}`;
    const signed = !type.startsWith('U');
    const top = signed ? 2n ** BigInt(width - 1) - 1n : 2n ** BigInt(width) - 1n;
    return `${type}#${random.pick(['0', '1', '2', '3', '7', '10', '100', `${top}`, ...(signed ? ['-1', '-2', '-100', `${-top - 1n}`] : [])])}`;
  }

  private leaf(scope: Scope, type: TypeName): string {
    const same = scope.variables.filter((one) => one.type === type);
    if (same.length > 0 && this.random.chance(0.75)) return this.random.pick(same).name;
    return this.literal(type);
  }

  private expr(scope: Scope, type: TypeName, depth: number): string {
    const { random } = this;
    if (depth <= 0 || random.chance(0.15)) return this.leaf(scope, type);
    const sub = (inner: TypeName = type): string => this.expr(scope, inner, depth - 1);
    if (random.chance(0.1)) {
      const callable = scope.functions.filter((one) => one.result === type);
      if (callable.length > 0) {
        const { name, params } = random.pick(callable);
        return `${name}(${params.map((one) => `${one.name} := ${this.expr(scope, one.type, depth - 1)}`).join(', ')})`;
      }
    }
    if (random.chance(0.12)) return `SEL(${sub('BOOL')}, ${sub()}, ${sub()})`;
    if (random.chance(0.15)) return this.conversion(scope, type, depth);
    if (type === 'BOOL') return this.truth(scope, depth);
    if (type === 'STRING') return this.text(scope, depth);
    if (type === 'TIME')
      return random
        .pick([`${sub()} + ${sub()}`, `${sub()} - ${sub()}`, `MAX(${sub()}, ${sub()})`])
        .replace(/^[^M].*/, (sum) => `(${sum})`);
    if (isOneOf(bits, type)) {
      const count = random.pick(['0', '1', '3', '7', '9']);
      return random.pick([
        `(${sub()} AND ${sub()})`,
        `(${sub()} OR ${sub()})`,
        `(${sub()} XOR ${sub()})`,
        `(NOT ${sub()})`,
        `SHL(${sub()}, ${count})`,
        `SHR(${sub()}, ${count})`,
        `ROL(${sub()}, ${count})`,
        `ROR(${sub()}, ${count})`,
      ]);
    }
    if (isOneOf(reals, type)) {
      return random.pick([
        `(${sub()} + ${sub()})`,
        `(${sub()} - ${sub()})`,
        `(${sub()} * ${sub()})`,
        `(${sub()} / ${sub()})`,
        `ABS(${sub()})`,
        `SQRT(${sub()})`,
        `MIN(${sub()}, ${sub()})`,
        `LIMIT(${type}#-10.0, ${sub()}, ${type}#10.0)`,
        `SIN(${sub()})`,
      ]);
    }
    const variable = scope.variables.find((one) => one.type === type);
    const divisor =
      variable && random.chance(0.1)
        ? variable.name
        : `${type}#${random.pick(['1', '2', '3', '7', '10', '16', ...(type.startsWith('U') ? [] : ['-1', '-3'])])}`;
    return random.pick([
      `(${sub()} + ${sub()})`,
      `(${sub()} - ${sub()})`,
      `(${sub()} * ${sub()})`,
      `(${sub()} / ${divisor})`,
      `(${sub()} MOD ${divisor})`,
      `MAX(${sub()}, ${sub()})`,
      `MIN(${sub()}, ${sub()})`,
      `LIMIT(${type}#1, ${sub()}, ${type}#100)`,
      ...(type.startsWith('U') ? [] : [`ABS(${sub()})`, `(${type}#0 - ${sub()})`]),
    ]);
  }

  private truth(scope: Scope, depth: number): string {
    const { random } = this;
    const sub = (type: TypeName): string => this.expr(scope, type, depth - 1);
    if (random.chance(0.5)) {
      return random.pick([
        `(${sub('BOOL')} AND ${sub('BOOL')})`,
        `(${sub('BOOL')} OR ${sub('BOOL')})`,
        `(${sub('BOOL')} XOR ${sub('BOOL')})`,
        `(NOT ${sub('BOOL')})`,
      ]);
    }
    if (scope.timers.length > 0 && random.chance(0.2)) return `${random.pick(scope.timers)}.Q`;
    const type = random.pick(allTypes.filter((one) => one !== 'BOOL'));
    return `(${sub(type)} ${random.pick(['=', '<>', '<', '>', '<=', '>='])} ${sub(type)})`;
  }

  private text(scope: Scope, depth: number): string {
    const { random } = this;
    const text = (): string => this.expr(scope, 'STRING', depth - 1);
    const number = (): string => random.pick(['0', '1', '2', '5', '20', `INT#${random.below(9)}`]);
    return random.pick([
      `CONCAT(${text()}, ${text()})`, `LEFT(${text()}, ${number()})`, `RIGHT(${text()}, ${number()})`, `MID(${text()}, ${number()}, ${number()})`,
      `INSERT(${text()}, ${text()}, ${number()})`, `DELETE(${text()}, ${number()}, ${number()})`, `REPLACE(${text()}, ${text()}, ${number()}, ${number()})`,
    ]); // prettier-ignore
  }

  /** A value made from one of another type. */
  private conversion(scope: Scope, type: TypeName, depth: number): string {
    const { random } = this;
    const from = (choices: readonly TypeName[]): string => {
      const source = random.pick(choices.filter((one) => one !== type));
      return `${source}_TO_${type}(${this.expr(scope, source, depth - 1)})`;
    };
    if (type === 'TIME') return `DINT_TO_TIME(${this.expr(scope, 'DINT', depth - 1)})`;
    if (type === 'STRING') return from(['INT', 'UDINT', 'LINT', 'BOOL']);
    if (type === 'BOOL') return from(['INT', 'BYTE', 'DWORD', 'USINT']);
    if (type === 'DINT' && random.chance(0.3)) {
      const text = (): string => this.expr(scope, 'STRING', depth - 1);
      return `INT_TO_DINT(${random.chance(0.5) ? `LEN(${text()})` : `FIND(${text()}, ${text()})`})`;
    }
    if (isOneOf(reals, type)) return from([...integers, ...reals]);
    if (isOneOf(bits, type)) return from([...bits, ...integers]);
    return from([...integers, ...bits, ...reals]);
  }
}
