import type { GraphicElement, SourceSpan, SourceText } from '../../model/source-span.js';
import { wiresInto } from '../lower/graph-order.js';
import { numberRungs } from '../lower/rung-numbers.js';
import type { Problems } from '../problems.js';
import { parseExpression, parseStatements } from '../st/parse-unit.js';
import type { Expression } from '../syntax/ast.js';
import type { GraphBody, GraphElement, Pin, StorageModifier, Wire } from '../syntax/graph.js';
import { TextScanner, Unreadable } from './text-scanner.js';

type Edge = { readonly edge?: 'rising' | 'falling' };
type Draft<T> = T extends GraphElement ? Omit<T, 'id' | 'element' | 'span'> : never;

/** Reads lines of the text form (docs/text-form.md) to a body; places follow from the order of the lines. */
export function parseGraph(source: SourceText, language: GraphBody['language'], problems: Problems): GraphBody {
  return new GraphParser(new TextScanner(source, problems), language, problems).parse();
}

const bareAtom = /(?:(?!->|=>|:=)[\p{L}\p{N}_.#%^+-])+/uy;
/** A name that is no identifier, in backquotes. */
const oddName = /`[^`\n]+`/y;
const identifier = /[\p{L}\p{N}_]+/uy;
const parameterName = /"([^"\n]*)"|([\p{L}_][\p{L}\p{N}_.]*)/uy;
const contactBare = /[\p{L}\p{N}_.%^[\]]+/uy;
const rowHeight = 20;
const columnWidth = 40;
const sinkColumn = 800;

class GraphParser {
  private readonly elements: GraphElement[] = [];
  private result: readonly Wire[] | undefined;
  private nextId: bigint;
  private rail: string | undefined;
  private y = 0;
  private x = 0;

  constructor(
    private readonly scanner: TextScanner,
    private readonly language: GraphBody['language'],
    private readonly problems: Problems,
  ) {
    const ids = [...scanner.text.matchAll(/#(\d{1,18})/g)].map((match) => BigInt(match[1]!));
    this.nextId = ids.reduce((highest, id) => (id > highest ? id : highest), 0n) + 1n;
  }

  parse(): GraphBody {
    const { scanner } = this;
    while (!scanner.atEnd) {
      this.x = columnWidth;
      try {
        if (scanner.looksAt('//')) this.comment();
        else if (!scanner.atLineEnd()) {
          this.y += rowHeight;
          this.statement();
          if (!scanner.atLineEnd()) scanner.fail(`Expected the end of the line, found ${scanner.shown()}.`);
        }
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
      }
      scanner.skipLine();
    }
    return {
      kind: 'graph',
      language: this.language,
      elements: this.numbered(),
      ...(this.result && { result: this.result }),
    };
  }

  private numbered(): readonly GraphElement[] {
    const rungs = numberRungs(
      this.elements.map((element) => ({
        id: element.id,
        x: element.element.x,
        y: element.element.y,
        from: wiresInto(element).map((wire) => wire.from),
        apart: element.kind === 'leftRail' || element.kind === 'rightRail' || element.kind === 'comment',
      })),
    );
    return this.elements.map((element, i) => {
      const rung = rungs[i];
      const graphic = { ...element.element, ...(rung !== undefined && { rung }) };
      return {
        ...element,
        element: graphic,
        span: { ...element.span, source: { ...element.span.source, element: graphic } },
      };
    });
  }

  // ---------------------------------------------------------------- elements

  private freshId(): string {
    this.nextId += 1n;
    return (this.nextId - 1n).toString();
  }

  /** Adds an element that the text from `start` on describes. */
  private add(kind: string, start: number, id: string, x: number, draft: Draft<GraphElement>): string {
    const graphic: GraphicElement = { localId: id, kind, x, y: this.y };
    const span: SourceSpan = this.scanner.span(start);
    this.elements.push({
      ...draft,
      id,
      element: graphic,
      span: { ...span, source: { ...span.source, element: graphic } },
    });
    return id;
  }

  private railWire(): Wire {
    this.rail ??= this.add('leftPowerRail', this.scanner.at, this.freshId(), 0, { kind: 'leftRail' });
    return { from: this.rail };
  }

  private comment(): void {
    const { scanner } = this;
    const lines: string[] = [];
    const start = scanner.at;
    for (;;) {
      scanner.expect('//', 'before a comment');
      const from = scanner.at;
      while (!scanner.atEnd && scanner.text[scanner.at] !== '\n' && scanner.text[scanner.at] !== '\r') scanner.at += 1;
      lines.push(scanner.text.slice(from, scanner.at).replace(/^ /, ''));
      const here = scanner.at;
      scanner.skipLine();
      if (!scanner.looksAt('//')) {
        scanner.at = here;
        break;
      }
    }
    this.y += rowHeight;
    this.add('comment', start, this.freshId(), 0, { kind: 'comment', text: lines.join('\n') });
  }

  private statement(): void {
    const { scanner } = this;
    const start = scanner.at;
    const order = scanner.take('@')
      ? Number(scanner.match(/\d{1,9}/y)?.[0] ?? scanner.fail('Expected a number behind @.'))
      : undefined;
    const ordered = order === undefined ? {} : { order };
    const label = scanner.match(/([\p{L}_][\p{L}\p{N}_]*):(?=[ \t]*(?:$|\/\/))/muy);
    if (label) {
      this.add('label', start, this.freshId(), columnWidth, { kind: 'label', label: label[1]!, ...ordered });
      return;
    }
    const named = scanner.match(/#([\p{L}\p{N}_]+)[ \t]*(:(?!=)|=(?!>))/uy);
    if (named?.[2] === ':') {
      this.block(start, named[1]!, ordered);
      return;
    }
    if (named) {
      this.definition(named[1]!);
      return;
    }
    if (scanner.looksAt('<')) {
      this.inOut(start, [], ordered);
      return;
    }
    const wires = this.wires();
    scanner.expect('->', 'behind what leads to the element');
    this.sink(start, wires, ordered);
  }

  /** `#7 = ...`: a contact or an input variable that several read. */
  private definition(id: string): void {
    const wires = this.wires(id);
    if (wires.length !== 1 || wires[0]!.from !== id)
      this.scanner.fail(`#${id} must be a contact or an expression with an edge; write it behind the equals sign.`);
  }

  private sink(start: number, input: readonly Wire[], ordered: { order?: number }): void {
    const { scanner } = this;
    if (scanner.looksAt('(')) {
      this.coil(start, input, ordered);
    } else if (scanner.takeWord('RESULT')) {
      this.result = input;
    } else if (scanner.looksAt('<')) {
      this.inOut(start, input, ordered);
    } else if (scanner.looksAt('>')) {
      const name = this.lineName();
      this.add('connector', start, this.freshId(), sinkColumn, { kind: 'connector', name, input });
    } else {
      const mark = scanner.at;
      const negated = scanner.take('!');
      if (scanner.takeWord('JUMP')) {
        const label =
          scanner.match(identifier)?.[0] ?? scanner.fail(`Expected a label behind JUMP, found ${scanner.shown()}.`);
        this.add('jump', start, this.freshId(), sinkColumn, { kind: 'jump', label, negated, input, ...ordered });
      } else if (scanner.takeWord('RETURN')) {
        this.add('return', start, this.freshId(), sinkColumn, { kind: 'return', negated, input, ...ordered });
      } else {
        scanner.at = mark;
        const marks = this.modifiers();
        const expression = this.atom('outVariable');
        const { negated: isNegated, edge, storage } = marks;
        this.add('outVariable', start, this.ownId(), sinkColumn, {
          kind: 'outVariable',
          expression,
          negated: isNegated,
          ...edge,
          storage,
          input,
          ...ordered,
        });
      }
    }
  }

  private ownId(): string {
    return this.scanner.match(/#([\p{L}\p{N}_]+)/uy)?.[1] ?? this.freshId();
  }

  private coil(start: number, input: readonly Wire[], ordered: { order?: number }): void {
    const { scanner } = this;
    scanner.expect('(', 'before a coil');
    const negated = scanner.take('/');
    const edge = this.edge();
    const storage: StorageModifier = scanner.match(/S(?=[ \t])/y)
      ? 'set'
      : scanner.match(/R(?=[ \t])/y)
        ? 'reset'
        : 'none';
    const variable = this.contactText(')');
    scanner.expect(')', 'behind the variable of a coil');
    this.add('coil', start, this.ownId(), sinkColumn, {
      kind: 'coil',
      variable,
      negated,
      ...edge,
      storage,
      input,
      ...ordered,
    });
  }

  private inOut(start: number, input: readonly Wire[], ordered: { order?: number }): void {
    const { scanner } = this;
    scanner.expect('<', 'before a variable that is read and written');
    const negatedIn = scanner.take('/');
    const storage: StorageModifier = scanner.takeWord('SET') ? 'set' : scanner.takeWord('RESET') ? 'reset' : 'none';
    const expression = this.atom('inOutVariable');
    const negatedOut = scanner.take('/');
    scanner.expect('>', 'behind a variable that is read and written');
    this.add('inOutVariable', start, this.ownId(), sinkColumn, {
      kind: 'inOutVariable',
      expression,
      negatedIn,
      negatedOut,
      storage,
      input,
      ...ordered,
    });
  }

  /** `>name>`: a line that goes on elsewhere. */
  private lineName(): string {
    this.scanner.expect('>', 'before the name of a line');
    const end = this.scanner.text.indexOf('>', this.scanner.at);
    const name = end < 0 ? '' : this.scanner.text.slice(this.scanner.at, end).trim();
    if (name === '' || name.includes('\n')) this.scanner.fail('Expected the name of a line and >.');
    this.scanner.at = end + 1;
    return name;
  }

  private block(start: number, id: string, ordered: { order?: number }): void {
    const { scanner } = this;
    const mark = scanner.at;
    let instance: Expression | undefined;
    const first =
      scanner.looksAt('{') || /^[^\n(]*?:(?!=)/.test(scanner.text.slice(scanner.at)) ? this.atomText() : undefined;
    if (first && scanner.match(/:(?!=)/y)) instance = this.expression(first, 'block');
    else scanner.at = mark;
    const operator = scanner.takeWord('OPERATOR');
    const typeName = this.name('the name of a function or function block');
    scanner.expect('(', 'before the inputs of a block');
    const inputs: Pin[] = [];
    const inOuts: Pin[] = [];
    while (!scanner.take(')')) {
      const { negated, edge } = this.modifiers();
      const pin = { name: this.name('the name of an input'), negated, ...edge };
      if (scanner.take('<=>')) inOuts.push({ ...pin, wires: this.wires() });
      else if (scanner.take(':=')) inputs.push({ ...pin, wires: this.wires() });
      else if (scanner.take('=')) inputs.push({ ...pin, wires: [], expression: this.atom('block') });
      else inputs.push({ ...pin, wires: [] });
      if (!scanner.take(',') && !scanner.looksAt(')'))
        scanner.fail(`Expected , or ) in the inputs of the block, found ${scanner.shown()}.`);
    }
    const outputs: Extract<GraphElement, { kind: 'block' }>['outputs'][number][] = [];
    if (scanner.take('=>')) {
      do {
        const { negated, edge, storage } = this.modifiers();
        const name = this.name('the name of an output');
        const expression = scanner.take('->') ? this.atom('block') : undefined;
        outputs.push({ name, negated, ...edge, storage, ...(expression && { expression }) });
      } while (scanner.take(','));
    }
    const code = scanner.take('{') ? scanner.braced() : undefined;
    const statements = code && parseStatements(this.piece(code.start, code.end, 'ST'), this.problems);
    this.add('block', start, id, sinkColumn / 2, {
      kind: 'block',
      typeName,
      ...(instance && { instance }),
      inputs,
      inOuts,
      outputs,
      ...(operator && { operator }),
      ...(statements && { statements }),
      ...ordered,
    });
  }

  private name(what: string): string {
    const found = this.scanner.match(parameterName);
    return found ? (found[1] ?? found[2]!) : this.scanner.fail(`Expected ${what}, found ${this.scanner.shown()}.`);
  }

  // ---------------------------------------------------------------- wires

  /** What leads to a pin. `id` is given to the last element, where the text defines it. */
  private wires(id?: string): readonly Wire[] {
    const { scanner } = this;
    let wires: readonly Wire[];
    if (scanner.take('[')) {
      const joined: Wire[] = [];
      do joined.push(...this.wires());
      while (scanner.take(','));
      scanner.expect(']', 'behind what joins');
      wires = joined;
    } else if (scanner.takeWord('OPEN')) wires = [];
    else if (scanner.looksAt('|') || scanner.takeWord('RAIL')) wires = [this.railWire()];
    else wires = [this.primary(id)];
    while (scanner.looksAt('|')) wires = [this.contact(wires, id)];
    return wires;
  }

  private primary(id: string | undefined): Wire {
    const { scanner } = this;
    const start = scanner.at;
    if (scanner.looksAt('#')) {
      const from = scanner.match(/#([\p{L}\p{N}_]+)/uy)?.[1] ?? scanner.fail('Expected a number behind #.');
      const parameter =
        scanner.text[scanner.at] === '.' ? (scanner.take('.'), this.name('the name of an output')) : undefined;
      return parameter === undefined ? { from } : { from, parameter };
    }
    if (scanner.looksAt('>')) {
      const name = this.lineName();
      return { from: this.add('continuation', start, this.freshId(), columnWidth, { kind: 'continuation', name }) };
    }
    const edge = this.edge();
    const negated = scanner.take('!');
    const expression = this.atom('inVariable');
    return {
      from: this.add('inVariable', start, id ?? this.freshId(), columnWidth, {
        kind: 'inVariable',
        expression,
        negated,
        ...edge,
      }),
    };
  }

  private contact(input: readonly Wire[], id: string | undefined): Wire {
    const { scanner } = this;
    const start = scanner.at;
    scanner.expect('|', 'before a contact');
    const negated = scanner.take('/');
    const edge = this.edge();
    const variable = this.contactText('|');
    scanner.expect('|', 'behind the variable of a contact');
    this.x += columnWidth;
    // Only the last contact of a definition has the number that it defines.
    const own = id !== undefined && !scanner.looksAt('|') ? id : this.freshId();
    return { from: this.add('contact', start, own, this.x, { kind: 'contact', variable, negated, ...edge, input }) };
  }

  private edge(): Edge {
    const { scanner } = this;
    if (scanner.match(/P(?=[ \t])/y)) return { edge: 'rising' };
    return scanner.match(/N(?=[ \t])/y) ? { edge: 'falling' } : {};
  }
  private modifiers(): { readonly negated: boolean; readonly edge: Edge; readonly storage: StorageModifier } {
    const { scanner } = this;
    const storage: StorageModifier = scanner.match(/SET(?=[ \t])/y)
      ? 'set'
      : scanner.match(/RESET(?=[ \t])/y)
        ? 'reset'
        : 'none';
    const edge = this.edge();
    return { storage, edge, negated: scanner.take('!') };
  }

  // ---------------------------------------------------------------- expressions

  private contactText(close: string): Expression {
    const { scanner } = this;
    if (scanner.looksAt('{') || scanner.looksAt('`')) return this.atom('contact');
    const start = scanner.at;
    if (!scanner.match(contactBare))
      scanner.fail(`Expected a variable before ${close}, found ${scanner.shown()}; put an expression into braces.`);
    return this.expression({ start, end: scanner.at }, 'contact');
  }

  private atomText(): { readonly start: number; readonly end: number } | undefined {
    const { scanner } = this;
    scanner.skipBlanks();
    const start = scanner.at;
    if (scanner.take('{')) return scanner.braced();
    if (scanner.match(oddName)) return { start, end: scanner.at };
    if (!scanner.match(bareAtom)) return undefined;
    return { start, end: scanner.at };
  }
  private atom(kind: string): Expression {
    const range =
      this.atomText() ??
      this.scanner.fail(`Expected a variable, a literal or an expression in braces, found ${this.scanner.shown()}.`);
    return this.expression(range, kind);
  }
  private expression(range: { readonly start: number; readonly end: number }, kind: string): Expression {
    const { text } = this.scanner;
    if (text[range.start] === '`') {
      const name = text.slice(range.start + 1, range.end - 1);
      return { kind: 'name', name, span: this.scanner.span(range.start, range.end) };
    }
    const expression = parseExpression(
      this.piece(range.start, range.end, this.scanner.source.language, kind),
      this.problems,
    );
    if (!expression) throw new Unreadable();
    return expression;
  }

  /** A part of the text, for the parser of ST. */
  private piece(start: number, end: number, language: SourceText['language'], kind?: string): SourceText {
    const { source } = this.scanner;
    const element = kind === undefined ? undefined : { localId: '', kind, x: this.x, y: this.y };
    const outer = source.origin?.pieces[0]?.offset ?? 0;
    const origin = { document: source.origin?.document ?? source, pieces: [{ at: 0, offset: outer + start }] };
    return { ...source, text: source.text.slice(start, end), language, ...(element && { element }), origin };
  }
}
