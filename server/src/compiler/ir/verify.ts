import { hostFunctions, type HostFunctionName } from '../../model/host-function.js';
import type { IrCell, IrExpr, IrFunction, IrModule, IrStmt, MemType, NumType } from './ir.js';
import { analyse } from './optimize/analysis.js';
import { createMemo } from './optimize/memo.js';
import { binaryOperation, unaryOperation } from './operation.js';

const maxFindings = 50;
const verified = createMemo<readonly string[]>();

/** What is wrong with a module, one sentence each, at most 50; empty when the emitter may have it. */
export function verifyModule(module: IrModule): readonly string[] {
  const findings: string[] = [];
  const functions = new Map<string, IrFunction>();
  for (const fn of module.functions) {
    if (functions.has(fn.name)) findings.push(`function ${fn.name} is defined twice`);
    functions.set(fn.name, fn);
  }
  const init = functions.get(module.init);
  if (!init) findings.push(`init function ${module.init} is missing`);
  else if (init.paramCount !== 0) findings.push(`init function ${module.init} takes parameters`);
  const exported = new Set(['init', 'stackPointer']);
  for (const entry of module.entries) {
    if (exported.has(entry.exportName)) findings.push(`export ${entry.exportName} is defined twice`);
    exported.add(entry.exportName);
    const callee = functions.get(entry.callee);
    if (!callee) findings.push(`entry ${entry.exportName}: function ${entry.callee} is missing`);
    else if (callee.paramCount !== (callee.hasInstance ? 1 : 0)) {
      findings.push(`entry ${entry.exportName}: function ${entry.callee} takes more than the instance`);
    }
  }
  const bytes = module.pages * 65_536;
  if (module.stackTop > bytes || module.stackLimit > module.stackTop) findings.push('the stack lies outside memory');
  for (const fn of module.functions) {
    if (findings.length >= maxFindings) break;
    const callees = analyse(fn).calls.map((call) => functions.get(call.callee));
    findings.push(...verified(fn, [bytes, ...callees], () => new FunctionVerifier(module, functions, fn, bytes).run()));
  }
  return findings.slice(0, maxFindings);
}

/** Value types that a scalar may be loaded as. */
const holds = (type: NumType, mem: MemType): boolean =>
  mem === 'f32' || mem === 'f64' || mem === 'i64' ? type === mem : type === 'i32' || type === 'i64';

class FunctionVerifier {
  private readonly findings: string[] = [];
  private readonly labels = new Set<string>();
  private readonly allLabels = new Set<string>();
  private readonly gotos = new Set<string>();

  constructor(
    private readonly module: IrModule,
    private readonly functions: ReadonlyMap<string, IrFunction>,
    private readonly fn: IrFunction,
    private readonly memoryBytes: number,
  ) {}

  private report(text: string): void {
    this.findings.push(`${this.fn.name}: ${text}`);
  }

  run(): readonly string[] {
    const { fn } = this;
    if (fn.paramCount > fn.locals.length) this.report(`has ${fn.paramCount} parameters and ${fn.locals.length} locals`);
    if (fn.hasInstance && (fn.paramCount < 1 || fn.locals[0]?.type !== 'i32'))
      this.report('parameter 0 is not an instance address');
    fn.locals.forEach((local, index) => {
      if (local.id !== index) this.report(`local ${local.name} has id ${local.id} at index ${index}`);
    });
    if (fn.frameSize < 0 || fn.frameSize % 8 !== 0) this.report(`frame size ${fn.frameSize} is not a multiple of 8`);
    this.statements(fn.body);
    if (fn.result !== undefined && !endsAlways(fn.body)) this.report('can end without a result');
    return this.findings;
  }

  private site(site: number, what: string): void {
    if (!Number.isInteger(site) || site < -1 || site >= this.module.siteCount) this.report(`${what} has site ${site}`);
  }

  private local(id: number, type: NumType, name: string): void {
    const local = this.fn.locals[id];
    if (!local) this.report(`local ${name} (${id}) does not exist`);
    else if (local.type !== type) this.report(`local ${name} is ${local.type}, used as ${type}`);
  }

  private cell(cell: IrCell, type: NumType): void {
    const { fn } = this;
    if (!Number.isInteger(cell.offset) || cell.offset < 0 || cell.offset >= 2 ** 32)
      this.report(`cell ${cell.name} has offset ${cell.offset}`);
    if (!holds(type, cell.mem)) this.report(`cell ${cell.name} holds ${cell.mem}, used as ${type}`);
    if (cell.bit !== undefined && (cell.mem !== 'u8' || cell.bit < 0 || cell.bit > 7 || type !== 'i32')) {
      this.report(`cell ${cell.name} is bit ${cell.bit} of ${cell.mem} as ${type}`);
    }
    const size = bytesOf(cell.mem);
    if (cell.base === 'instance' && !fn.hasInstance) this.report(`cell ${cell.name} needs an instance`);
    if (cell.base === 'frame' && cell.offset + size > fn.frameSize)
      this.report(`cell ${cell.name} lies outside the frame`);
    if (cell.base === 'absolute' && cell.offset + size > this.memoryBytes)
      this.report(`cell ${cell.name} lies outside memory`);
  }

  /** What the value is for is put together only where it is told. */
  private typed(expr: IrExpr, type: NumType, what: string, of = ''): void {
    this.expression(expr);
    if (expr.type !== type) this.report(`${what}${of === '' ? '' : ` ${of}`} is ${expr.type}, not ${type}`);
  }

  private offset(offset: number, what: string): void {
    if (!Number.isInteger(offset) || offset < 0 || offset >= 2 ** 32) this.report(`${what} has offset ${offset}`);
  }

  private statements(body: readonly IrStmt[]): void {
    for (const statement of body) this.statement(statement);
  }

  private labelled(label: string, body: readonly IrStmt[]): void {
    if (this.allLabels.has(label)) this.report(`label ${label} is not unique`);
    this.allLabels.add(label);
    this.labels.add(label);
    this.statements(body);
    this.labels.delete(label);
  }

  private statement(statement: IrStmt): void {
    if (statement.site !== undefined) this.site(statement.site, statement.op);
    switch (statement.op) {
      case 'setLocal':
        this.local(statement.local.id, statement.local.type, statement.local.name);
        this.typed(statement.value, statement.local.type, 'value for local', statement.local.name);
        return;
      case 'storeCell':
        this.expression(statement.value);
        this.cell(statement.cell, statement.value.type);
        return;
      case 'store':
        this.typed(statement.address, 'i32', 'address of store');
        this.expression(statement.value);
        this.offset(statement.offset, 'store');
        if (!holds(statement.value.type, statement.mem))
          this.report(`store of ${statement.value.type} as ${statement.mem}`);
        return;
      case 'vectorLoop':
        this.local(statement.index.id, 'i32', statement.index.name);
        this.typed(statement.address, 'i32', 'address of a vector loop');
        this.expression(statement.value);
        if (statement.step === 0 || (statement.to - statement.from) % statement.step !== 0)
          this.report('a vector loop does not end');
        return;
      case 'copy':
        for (const operand of [statement.to, statement.from, statement.size])
          this.typed(operand, 'i32', 'operand of copy');
        return;
      case 'fill':
        for (const operand of [statement.to, statement.byte, statement.size])
          this.typed(operand, 'i32', 'operand of fill');
        return;
      case 'if':
        this.typed(statement.test, 'i32', 'condition of if');
        this.statements(statement.then);
        this.statements(statement.otherwise);
        return;
      case 'block':
      case 'loop':
        this.labelled(statement.label, statement.body);
        return;
      case 'br':
        if (!this.labels.has(statement.label)) this.report(`br to ${statement.label}, which is not around it`);
        return;
      case 'switch': {
        const { type } = statement.selector;
        this.expression(statement.selector);
        if (type !== 'i32' && type !== 'i64') this.report(`switch on ${type}`);
        const bits = type === 'i64' ? 64 : 32;
        for (const [low, high] of statement.cases.flatMap((one) => one.ranges)) {
          if (BigInt.asIntN(bits, low) !== low || BigInt.asIntN(bits, high) !== high)
            this.report(`switch range ${low}..${high} outside ${type}`);
        }
        for (const one of statement.cases) this.statements(one.body);
        this.statements(statement.otherwise);
        return;
      }
      case 'labels': {
        const own = statement.segments.flatMap((segment) => (segment.label === undefined ? [] : [segment.label]));
        for (const label of own) {
          if (this.gotos.has(label)) this.report(`jump label ${label} is not unique`);
          this.gotos.add(label);
        }
        for (const segment of statement.segments) this.statements(segment.body);
        for (const label of own) this.gotos.delete(label);
        return;
      }
      case 'goto':
        if (!this.gotos.has(statement.label)) this.report(`goto ${statement.label}, which is not around it`);
        return;
      case 'call':
        this.call(statement.callee, statement.args);
        return;
      case 'callHost':
        this.hostCall(statement.callee, statement.args);
        return;
      case 'drop':
        this.expression(statement.value);
        return;
      case 'return':
        if (statement.value) this.typed(statement.value, this.fn.result ?? statement.value.type, 'result');
        if ((statement.value === undefined) !== (this.fn.result === undefined))
          this.report('return does not fit the result');
        return;
      case 'fault':
        if (!/^R4\d{3}$/.test(statement.code)) this.report(`fault code ${statement.code}`);
        this.site(statement.faultSite, 'fault');
        return;
      case 'faultScope':
        this.statements(statement.body);
        this.statements(statement.flush);
        return;
      case 'nop':
        return;
      default:
        statement satisfies never;
    }
  }

  private call(callee: string, args: readonly IrExpr[]): NumType | undefined {
    const target = this.functions.get(callee);
    for (const argument of args) this.expression(argument);
    if (!target) {
      this.report(`call of ${callee}, which does not exist`);
      return undefined;
    }
    this.signature(
      callee,
      args,
      target.locals.slice(0, target.paramCount).map((local) => local.type),
    );
    return target.result;
  }

  private hostCall(callee: string, args: readonly IrExpr[]): NumType | undefined {
    for (const argument of args) this.expression(argument);
    if (!Object.hasOwn(hostFunctions, callee)) {
      this.report(`call of host function ${callee}, which does not exist`);
      return undefined;
    }
    const target = hostFunctions[callee as HostFunctionName];
    this.signature(callee, args, target.params);
    return target.result;
  }

  private signature(callee: string, args: readonly IrExpr[], params: readonly NumType[]): void {
    if (args.length === params.length && args.every((argument, i) => argument.type === params[i])) return;
    this.report(`call of ${callee}(${params.join()}) with (${args.map((argument) => argument.type).join()})`);
  }

  private expression(expr: IrExpr): void {
    switch (expr.op) {
      case 'const':
        if (expr.type === 'i64' ? typeof expr.value !== 'bigint' : typeof expr.value !== 'number') {
          this.report(`constant ${expr.value} of type ${expr.type} is a ${typeof expr.value}`);
        } else if (
          expr.type === 'i32' &&
          (!Number.isInteger(expr.value) || (expr.value as number) < -(2 ** 31) || (expr.value as number) >= 2 ** 32)
        ) {
          this.report(`constant ${expr.value} is no i32`);
        }
        return;
      case 'local':
        this.local(expr.local.id, expr.type, expr.local.name);
        return;
      case 'loadCell':
        this.cell(expr.cell, expr.type);
        return;
      case 'load':
        this.typed(expr.address, 'i32', 'address of load');
        this.offset(expr.offset, 'load');
        if (!holds(expr.type, expr.mem)) this.report(`load of ${expr.mem} as ${expr.type}`);
        return;
      case 'instance':
        if (!this.fn.hasInstance) this.report('instance address in a function without one');
        return;
      case 'frame':
        if (expr.offset < 0 || expr.offset >= this.fn.frameSize)
          this.report(`frame address ${expr.offset} outside the frame`);
        return;
      case 'unary': {
        const { operand, result } = unaryOperation(expr.code);
        this.typed(expr.value, operand, 'operand of', expr.code);
        if (expr.type !== result) this.report(`${expr.code} as ${expr.type}`);
        return;
      }
      case 'binary': {
        const { operand, result } = binaryOperation(expr.code);
        this.typed(expr.left, operand, 'left of', expr.code);
        this.typed(expr.right, operand, 'right of', expr.code);
        if (expr.type !== result) this.report(`${expr.code} as ${expr.type}`);
        return;
      }
      case 'cond':
        this.typed(expr.test, 'i32', 'condition');
        this.typed(expr.then, expr.type, 'value of a condition');
        this.typed(expr.otherwise, expr.type, 'value of a condition');
        return;
      case 'call':
        if (this.call(expr.callee, expr.args) !== expr.type)
          this.report(`result of ${expr.callee} used as ${expr.type}`);
        return;
      case 'callHost':
        if (this.hostCall(expr.callee, expr.args) !== expr.type)
          this.report(`result of ${expr.callee} used as ${expr.type}`);
        return;
      case 'seq':
        this.statements(expr.body);
        this.typed(expr.value, expr.type, 'value of a sequence');
        return;
      case 'checkNonZero':
        this.site(expr.site, expr.op);
        this.typed(expr.value, expr.type, 'checked divisor');
        return;
      case 'checkIndex':
        this.site(expr.site, expr.op);
        this.typed(expr.value, 'i32', 'checked index');
        if (expr.low > expr.high) this.report(`index bounds ${expr.low}..${expr.high}`);
        return;
      case 'checkIndexDynamic':
        this.site(expr.site, expr.op);
        for (const operand of [expr.value, expr.low, expr.high]) this.typed(operand, 'i32', 'checked index');
        return;
      case 'checkRef':
        this.site(expr.site, expr.op);
        this.typed(expr.value, 'i32', 'checked reference');
        return;
      default:
        expr satisfies never;
    }
  }
}

const bytesOf = (mem: MemType): number => (mem.endsWith('8') ? 1 : mem.endsWith('16') ? 2 : mem.endsWith('32') ? 4 : 8);

/** True where control cannot fall through the statements. */
function endsAlways(body: readonly IrStmt[]): boolean {
  const last = body.at(-1);
  if (!last) return false;
  switch (last.op) {
    case 'return':
    case 'fault':
    case 'br':
    case 'goto':
      return true;
    case 'if':
      return endsAlways(last.then) && endsAlways(last.otherwise);
    case 'switch':
      return last.cases.every((one) => endsAlways(one.body)) && endsAlways(last.otherwise);
    case 'labels':
      return endsAlways(last.segments.at(-1)?.body ?? []);
    case 'loop':
    case 'faultScope':
      return endsAlways(last.body);
    default:
      return false;
  }
}
