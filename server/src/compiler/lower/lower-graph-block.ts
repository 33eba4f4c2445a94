import type { SourceSpan } from '../../model/source-span.js';
import { foldName } from '../../model/identifier.js';
import type { Argument, Expression, Statement, VariableDeclaration } from '../syntax/ast.js';
import type { GraphBody, GraphElement, Pin, Wire } from '../syntax/graph.js';
import type { Block } from './graph-call.js';
import type { Carrier, CarriersBehind } from './graph-carriers.js';
import { carriersBehind, isCarrier } from './graph-carriers.js';
import { callExpression, isEnable, isEnableOut, passedPin, resultOf } from './graph-call.js';
import { allOf, anyOf, boolLiteral, negate } from './graph-expression.js';
import { GraphTypes } from './graph-type.js';
import type { GraphContext } from './lower-graph.js';

/** State of the lowering of one body: statements so far, which blocks have run, and where the values of wires are. */
export class GraphCalls {
  readonly statements: Statement[] = [];
  readonly declarations: VariableDeclaration[] = [];
  private readonly byId: ReadonlyMap<string, GraphElement>;
  private readonly connectors: ReadonlyMap<string, GraphElement>;
  private readonly started = new Set<string>();
  private readonly done = new Set<string>();
  /** Outputs that some wire reads, as `block id` and folded parameter. */
  private readonly read = new Set<string>();
  private readonly enables = new Map<string, Expression>();
  private readonly edges = new Map<string, Expression>();
  /** Functions that are left out, as none of their inputs is connected: nothing comes from them. */
  private readonly cancelled = new Set<string>();
  /** Functions whose value was read before they ran in this scan. */
  private readonly early = new Set<string>();
  private readonly types: GraphTypes;
  private temporaries = 0;

  constructor(
    body: GraphBody,
    private readonly context: GraphContext,
  ) {
    this.byId = new Map(body.elements.map((element) => [element.id, element]));
    this.connectors = new Map(
      body.elements.flatMap((element) =>
        element.kind === 'connector' ? [[foldName(element.name), element] as const] : [],
      ),
    );
    this.types = new GraphTypes(this.byId, (name) => this.connectors.get(foldName(name)), context.declared ?? {});
    const results = body.result ?? [];
    for (const wire of [...body.elements.flatMap((element) => this.inputsOf(element)), ...results]) {
      const source = this.byId.get(wire.from);
      if (source?.kind === 'block') this.read.add(this.outputKey(source, wire));
    }
  }

  add(statement: Statement): void {
    this.statements.push(statement);
  }
  /** Takes back the statements from `index` on, to put them elsewhere. */
  takeFrom(index: number): readonly Statement[] {
    return this.statements.splice(index);
  }

  private name(id: string): string {
    return `$${this.context.scope === '' ? '' : `${this.context.scope}$`}${id}`;
  }

  /** A temporary that holds `value` from here on. */
  keep(id: string, value: Expression, span: SourceSpan): Expression {
    const name = this.name(id);
    this.add({ kind: 'let', name, value, span });
    return { kind: 'name', name, span };
  }

  /** Value of an edge of `signal`; its memory is a hidden R_TRIG or F_TRIG, which runs once a scan. */
  edge(id: string, signal: Expression, edge: 'rising' | 'falling', span: SourceSpan): Expression {
    const known = this.edges.get(id);
    if (known) return known;
    const type = edge === 'rising' ? 'R_TRIG' : 'F_TRIG';
    const instance: Expression = { kind: 'name', name: this.name(`${id}$${type}`), span };
    const element = span.source.element;
    this.declarations.push({
      name: instance.name,
      type: { kind: 'named', name: type, span },
      hidden: true,
      ...(element && { element }),
      span,
    });
    const clock: Argument = { name: 'CLK', direction: 'in', value: signal, span };
    this.add({ kind: 'expression', expression: { kind: 'call', callee: instance, args: [clock], span }, span });
    const value: Expression = { kind: 'member', object: instance, member: 'Q', memberSpan: span, span };
    this.edges.set(id, value);
    return value;
  }

  // ---------------------------------------------------------------- values of wires

  private inputsOf(element: GraphElement): readonly Wire[] {
    switch (element.kind) {
      case 'block':
        return [...element.inputs, ...element.inOuts].flatMap((pin) => pin.wires);
      case 'continuation': {
        const connector = this.connectors.get(foldName(element.name));
        return connector ? [{ from: connector.id }] : [];
      }
      case 'leftRail':
      case 'inVariable':
      case 'label':
      case 'comment':
        return [];
      default:
        return element.input;
    }
  }

  /**
   * The value that wires into one pin carry together; undefined for no wires. Every block that they come from has run, or gives
   * the value of the last scan. An element that several paths of this value share is read once.
   */
  valueOf(all: readonly Wire[]): Expression | undefined {
    const wires = all.filter((wire) => !this.cancelled.has(wire.from));
    if (wires.length === 0) return undefined;
    const { order, uses } = this.carriersBehind(wires);
    const values = new Map<string, Expression>();
    const span = this.byId.get(wires[0]!.from)?.span;
    for (const carrier of order) {
      const value = this.carried(carrier, values);
      const shared = (uses.get(carrier.id) ?? 0) > 1 && value.kind !== 'bool' && value.kind !== 'name';
      this.temporaries += shared ? 1 : 0;
      values.set(carrier.id, shared ? this.keep(`w${this.temporaries}`, value, carrier.span) : value);
    }
    return anyOf(
      wires.map((wire) => this.wireValue(wire, values)),
      span!,
    );
  }

  private carried(carrier: Carrier, values: ReadonlyMap<string, Expression>): Expression {
    const { span } = carrier;
    const inputs = this.inputsOf(carrier);
    const left = anyOf(
      inputs.map((wire) => this.wireValue(wire, values)),
      span,
    );
    if (carrier.kind !== 'contact') return inputs.length === 1 ? this.wireValue(inputs[0]!, values) : left;
    if (inputs.length === 0) {
      this.context.problems.report(
        'W6001',
        span,
        'This contact is not connected to the left, so no power ever flows through it; wire it to the rail.',
      );
      return boolLiteral(false, span);
    }
    let condition = carrier.variable;
    if (carrier.edge) condition = this.edge(carrier.id, condition, carrier.edge, span);
    if (carrier.negated) condition = negate(condition, span);
    return allOf([left, condition], span);
  }

  private carriersBehind(wires: readonly Wire[]): CarriersBehind {
    return carriersBehind(
      wires,
      this.byId,
      (element) => this.inputsOf(element),
      (carrier) => {
        this.context.problems.report(
          'E6004',
          carrier.span,
          'The wires lead back to this element in a circle without a memory; break the circle or lead it through a variable.',
        );
      },
    );
  }

  private wireValue(wire: Wire, values: ReadonlyMap<string, Expression>): Expression {
    const source = this.byId.get(wire.from)!;
    const { span } = source;
    switch (source.kind) {
      case 'leftRail':
        return boolLiteral(true, span);
      case 'inVariable': {
        const value = source.edge ? this.edge(source.id, source.expression, source.edge, span) : source.expression;
        return source.negated ? negate(value, span) : value;
      }
      case 'inOutVariable':
        return source.negatedOut ? negate(source.expression, span) : source.expression;
      case 'block':
        return this.outputValue(source, wire);
      default:
        // A circle was reported; any value will do.
        return values.get(source.id) ?? boolLiteral(false, span);
    }
  }

  // ---------------------------------------------------------------- blocks

  private outputOf(block: Block, wire: Wire): Block['outputs'][number] | undefined {
    const { parameter } = wire;
    if (parameter === undefined) return block.outputs[0];
    return block.outputs.find((output) => foldName(output.name) === foldName(parameter));
  }
  private outputKey(block: Block, wire: Wire): string {
    return `${block.id} ${foldName(wire.parameter ?? this.outputOf(block, wire)?.name ?? '')}`;
  }
  private isRead(block: Block, output: { readonly name: string }): boolean {
    return this.read.has(`${block.id} ${foldName(output.name)}`);
  }

  private outputValue(block: Block, wire: Wire): Expression {
    const { span } = block;
    const output = this.outputOf(block, wire);
    const name = output?.name ?? wire.parameter ?? '';
    const passed = passedPin(block, name);
    if (passed) return this.pinValue(block, passed) ?? boolLiteral(false, span);
    let value: Expression;
    if (this.cancelled.has(block.id)) return boolLiteral(false, span);
    if (isEnableOut({ name })) value = this.enables.get(block.id) ?? boolLiteral(true, span);
    else if (block.instance) value = { kind: 'member', object: block.instance, member: name, memberSpan: span, span };
    else value = this.functionValue(block, name);
    if (output?.edge) value = this.edge(`${block.id}$${name}`, value, output.edge, span);
    return output?.negated ? negate(value, span) : value;
  }

  private functionValue(block: Block, name: string): Expression {
    const { span } = block;
    if (!this.done.has(block.id) && !this.early.has(block.id)) {
      this.early.add(block.id);
      const isResult = foldName(resultOf(block)?.name ?? '') === foldName(name);
      const type = this.types.ofOutput(block, isResult ? undefined : name);
      if (!type) {
        this.context.problems.report(
          'E6004',
          span,
          `The value of ${block.typeName} is used before it runs, and its type is not known well enough to keep it from scan to scan; lead the wire through a variable.`,
        );
      } else {
        this.declarations.push({
          name: this.name(`${block.id}$${name}`),
          type,
          hidden: true,
          element: block.element,
          span,
        });
      }
    }
    return { kind: 'name', name: this.name(`${block.id}$${name}`), span };
  }

  /** ENO of the function that a wire comes from, where it has EN: its other outputs count only then. */
  enableOf(wire: Wire): Expression | undefined {
    const source = this.byId.get(wire.from);
    if (source?.kind !== 'block' || source.instance || isEnableOut({ name: this.outputOf(source, wire)?.name ?? '' }))
      return undefined;
    const enabled = this.enables.get(source.id);
    return enabled?.kind === 'bool' && enabled.value ? undefined : enabled;
  }

  /** Runs the blocks that wires come from, each after those it depends on; `stored` takes their values of the last scan instead. */
  fetchBlocks(wires: readonly Wire[], stored: boolean): void {
    if (stored) return;
    const visited = new Set<string>();
    const stack: { readonly element: GraphElement | undefined; readonly wires: readonly Wire[]; next: number }[] = [
      { element: undefined, wires, next: 0 },
    ];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const wire = top.wires[top.next];
      if (!wire) {
        stack.pop();
        if (top.element?.kind === 'block') this.call(top.element);
        continue;
      }
      top.next += 1;
      const source = this.byId.get(wire.from);
      if (!source || visited.has(source.id) || (source.kind !== 'block' && !isCarrier(source))) continue;
      visited.add(source.id);
      if (source.kind === 'block') {
        if (this.started.has(source.id)) continue;
        this.started.add(source.id);
      }
      stack.push({ element: source, wires: this.fetchedBy(source), next: 0 });
    }
  }

  /** A block with an order number of its own takes its inputs as they are (that is what the number is for). */
  private fetchedBy(element: GraphElement): readonly Wire[] {
    const ordered =
      element.kind === 'block' && (element.order ?? 0) > 0 && this.context.profile.graphOrder !== 'topological';
    if (!ordered) return this.inputsOf(element);
    if (element.span.source.language !== 'CFC') return [];
    // In CFC only function blocks have a place in the order; a function is worked out when its value is needed.
    return this.inputsOf(element).filter((wire) => this.leadsToFunction(wire));
  }
  private leadsToFunction(wire: Wire): boolean {
    const { order } = this.carriersBehind([wire]);
    const ends = [wire, ...order.flatMap((carrier) => this.inputsOf(carrier))].map((end) => this.byId.get(end.from));
    return ends.some((end) => end?.kind === 'block' && !end.instance);
  }

  /** Runs a block at its turn, unless a value of it was needed before. */
  run(block: Block): void {
    this.fetchBlocks([{ from: block.id }], false);
  }

  private pinValue(block: Block, pin: Pin): Expression | undefined {
    const { span } = block;
    let value = pin.expression ?? this.valueOf(pin.wires);
    if (!value) return undefined;
    if (pin.edge) value = this.edge(`${block.id}$${pin.name}$in`, value, pin.edge, span);
    return pin.negated ? negate(value, span) : value;
  }

  private call(block: Block): void {
    const { span } = block;
    const enable = block.inputs.find(isEnable);
    const enabled = enable && this.pinValue(block, enable);
    if (enabled)
      this.enables.set(block.id, enabled.kind === 'bool' ? enabled : this.keep(`${block.id}$EN`, enabled, span));
    const args: Argument[] = [];
    for (const pin of [...block.inputs, ...block.inOuts]) {
      const value = isEnable(pin) ? undefined : this.pinValue(block, pin);
      if (value)
        args.push({ ...(pin.name !== '' && !block.operator && { name: pin.name }), direction: 'in', value, span });
    }
    const before = this.statements.length;
    if (block.statements) block.statements.forEach((statement) => this.add(statement));
    else if (block.instance)
      this.add({ kind: 'expression', expression: { kind: 'call', callee: block.instance, args, span }, span });
    else this.callFunction(block, args);
    for (const output of block.outputs) {
      if (output.storage === 'set' || output.storage === 'reset')
        this.context.problems.report(
          'E6012',
          span,
          `Set and reset on the output ${output.name} of a block are not supported; use a coil.`,
        );
      if (!output.expression) continue;
      this.add({
        kind: 'assign',
        op: ':=',
        target: output.expression,
        value: this.outputValue(block, { from: block.id, parameter: output.name }),
        span,
      });
    }
    const body = this.takeFrom(before);
    const condition = this.enables.get(block.id);
    if (condition && condition.kind !== 'bool') this.add({ kind: 'if', branches: [{ condition, body, span }], span });
    else if (condition?.kind !== 'bool' || condition.value) body.forEach((statement) => this.add(statement));
    this.done.add(block.id);
  }

  private callFunction(block: Block, args: Argument[]): void {
    const { span } = block;
    const result = resultOf(block);
    for (const output of block.outputs) {
      const isPin = passedPin(block, output.name) !== undefined;
      if (output === result || isEnableOut(output) || isPin || !(this.isRead(block, output) || output.expression))
        continue;
      const name = this.name(`${block.id}$${output.name}`);
      const type = this.types.ofOutput(block, output.name);
      if (!type) {
        this.context.problems.report('E6009', span, `${block.typeName} has no output ${output.name}.`);
        continue;
      }
      if (!this.early.has(block.id)) this.declarations.push({ name, type, hidden: true, element: block.element, span });
      args.push({ name: output.name, direction: 'out', value: { kind: 'name', name, span }, span });
    }
    const call = callExpression(block, args, span);
    if (!call) {
      this.context.problems.report(
        'W6006',
        span,
        `No input of ${block.typeName} is connected, so it does not run; wire its inputs.`,
      );
      this.cancelled.add(block.id);
      return;
    }
    if (!result || !(this.isRead(block, result) || result.expression)) {
      this.add({ kind: 'expression', expression: call, span });
      return;
    }
    const name = this.name(`${block.id}$${result.name}`);
    if (this.early.has(block.id))
      this.add({ kind: 'assign', op: ':=', target: { kind: 'name', name, span }, value: call, span });
    else this.add({ kind: 'let', name, value: call, span });
    this.done.add(block.id);
  }
}
