import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Expression, PouDeclaration, TypeNode } from '../syntax/ast.js';
import type { GraphElement, Wire } from '../syntax/graph.js';

/** What is known of declarations where a body is lowered: enough to give a value a place that outlives the scan. */
export interface GraphDeclarations {
  /** The POU whose body it is. */
  readonly pou?: PouDeclaration;
  /** A POU of the project or of the standard library. */
  findPou?(name: string): PouDeclaration | undefined;
  /** Type of a global variable. */
  findGlobal?(name: string): TypeNode | undefined;
}

type Block = Extract<GraphElement, { kind: 'block' }>;

const comparisons = new Set(['GT', 'GE', 'EQ', 'LE', 'LT', 'NE', 'IS_VALID', 'IS_VALID_BCD']);
/** Functions whose result has the type of their inputs, and the inputs that say nothing about it. */
const likeInput: Readonly<Record<string, readonly string[]>> = {
  AND: [], OR: [], XOR: [], NOT: [], ADD: [], SUB: [], MUL: [], DIV: [], MOD: [], MOVE: [], MAX: [], MIN: [], LIMIT: [], ABS: [], SQRT: [], LN: [], LOG: [],
  EXP: [], SIN: [], COS: [], TAN: [], ASIN: [], ACOS: [], ATAN: [], ATAN2: [], EXPT: ['IN2'], SEL: ['G'], MUX: ['K'], SHL: ['N'], SHR: ['N'], ROL: ['N'], ROR: ['N'],
}; // prettier-ignore

/** Works out types of wires from what is declared; undefined where that is not enough. */
export class GraphTypes {
  constructor(
    private readonly elements: ReadonlyMap<string, GraphElement>,
    private readonly connectorOf: (name: string) => GraphElement | undefined,
    private readonly declarations: GraphDeclarations,
  ) {}

  /** Type of an output of a block; `parameter` undefined for the result of a function. */
  ofOutput(block: Block, parameter: string | undefined, seen: ReadonlySet<string> = new Set()): TypeNode | undefined {
    const pou = this.declarations.findPou?.(block.typeName);
    if (pou) return parameter === undefined ? pou.returnType : variableType(pou, parameter);
    if (parameter !== undefined) return undefined;
    const name = foldName(block.typeName);
    if (comparisons.has(name)) return named('BOOL', block.span);
    const conversion = /^(?:.+_)?(?:TO|TRUNC)_([A-Z]+)$/.exec(name);
    if (conversion) return named(conversion[1]!, block.span);
    if (name === 'LEN' || name === 'FIND') return named('INT', block.span);
    const silent = Object.hasOwn(likeInput, name) ? likeInput[name] : undefined;
    if (!silent || seen.has(block.id)) return undefined;
    const within = new Set([...seen, block.id]);
    for (const pin of block.inputs) {
      const pinName = foldName(pin.name);
      if (pinName === 'EN' || silent.includes(pinName)) continue;
      const type = pin.expression
        ? this.ofExpression(pin.expression)
        : pin.wires.map((wire) => this.ofWire(wire, within)).find((found) => found);
      if (type) return type;
    }
    return undefined;
  }

  private ofWire(wire: Wire, seen: ReadonlySet<string>): TypeNode | undefined {
    const source = this.elements.get(wire.from);
    switch (source?.kind) {
      case 'leftRail':
      case 'contact':
      case 'coil':
        return named('BOOL', source.span);
      case 'inVariable':
      case 'inOutVariable':
        return this.ofExpression(source.expression);
      case 'connector':
        return source.input.map((inner) => this.ofWire(inner, seen)).find((type) => type);
      case 'continuation': {
        const connector = this.connectorOf(source.name);
        return connector && !seen.has(source.id)
          ? this.ofWire({ from: connector.id }, new Set([...seen, source.id]))
          : undefined;
      }
      case 'block': {
        if (foldName(wire.parameter ?? '') === 'ENO') return named('BOOL', source.span);
        const result = source.outputs.find((output) => foldName(output.name) !== 'ENO');
        const isResult =
          !source.instance &&
          (wire.parameter === undefined || foldName(result?.name ?? '') === foldName(wire.parameter));
        return this.ofOutput(source, isResult ? undefined : (wire.parameter ?? result?.name), seen);
      }
      default:
        return undefined;
    }
  }

  private ofExpression(expression: Expression): TypeNode | undefined {
    switch (expression.kind) {
      case 'bool':
        return named('BOOL', expression.span);
      case 'int':
      case 'real':
        return expression.typeName === undefined ? undefined : named(expression.typeName, expression.span);
      case 'duration':
      case 'date':
        return named(expression.typeName, expression.span);
      case 'unary':
        return this.ofExpression(expression.operand);
      case 'name':
        return (
          (this.declarations.pou && variableType(this.declarations.pou, expression.name)) ??
          this.declarations.findGlobal?.(expression.name)
        );
      case 'member': {
        const owner = this.ofExpression(expression.object);
        const pou = owner?.kind === 'named' ? this.declarations.findPou?.(owner.name) : undefined;
        return pou && variableType(pou, expression.member);
      }
      default:
        return undefined;
    }
  }
}

const named = (name: string, span: SourceSpan): TypeNode => ({ kind: 'named', name, span });

function variableType(pou: PouDeclaration, name: string): TypeNode | undefined {
  const folded = foldName(name);
  for (const block of pou.blocks)
    for (const variable of block.variables) if (foldName(variable.name) === folded) return variable.type;
  return undefined;
}
