import { actorsInOrder, wiresInto } from '../lower/graph-order.js';
import { defaultProfile } from '../profile.js';
import type { Expression } from '../syntax/ast.js';
import type { GraphBody, GraphElement, Pin, Wire } from '../syntax/graph.js';
import { textBetween, textOfExpression } from './span-text.js';

type Of<K extends GraphElement['kind']> = Extract<GraphElement, { kind: K }>;

/**
 * A body of LD, FBD or CFC as lines of text (docs/text-form.md): one line for each element that acts, in the order in which they
 * act, with what leads to it before the arrow; a blank line between networks.
 */
export function printGraph(body: GraphBody): string {
  return new GraphPrinter(body).print();
}

class GraphPrinter {
  private readonly byId: ReadonlyMap<string, GraphElement>;
  private readonly readers = new Map<string, number>();
  private readonly defined = new Set<string>();
  private readonly lines: string[] = [];
  /** Contacts that a line shows; one that comes again stands in a circle. */
  private readonly printed = new Set<string>();

  constructor(private readonly body: GraphBody) {
    this.byId = new Map(body.elements.map((element) => [element.id, element]));
    const wires = body.elements.flatMap((element) => (element.kind === 'rightRail' ? [] : wiresInto(element)));
    for (const wire of [...wires, ...(body.result ?? [])])
      this.readers.set(wire.from, (this.readers.get(wire.from) ?? 0) + 1);
  }

  print(): string {
    const { elements } = this.body;
    const comments = elements.filter((element) => element.kind === 'comment').sort((a, b) => a.element.y - b.element.y);
    let rung: number | undefined;
    for (const actor of actorsInOrder(this.body, defaultProfile)) {
      if (rung !== undefined && actor.element.rung !== rung) this.lines.push('');
      while (comments.length > 0 && comments[0]!.element.y <= actor.element.y) this.comment(comments.shift()!);
      rung = actor.element.rung;
      this.lines.push(
        `${actor.order !== undefined && actor.order > 0 ? `@${actor.order} ` : this.zeroOrder(actor)}${this.actor(actor)}`,
      );
    }
    for (const comment of comments) this.comment(comment);
    for (const element of elements)
      if (element.kind === 'connector' && element.name !== '')
        this.lines.push(`${this.wires(element.input)} -> >${element.name}>`);
    if (this.body.result) this.lines.push(`${this.wires(this.body.result)} -> RESULT`);
    return `${this.lines.join('\n')}\n`;
  }

  /** 0 is an order where all elements have one; see actorsInOrder. */
  private zeroOrder(actor: GraphElement): string {
    return actor.order === 0 && this.body.elements.every((element) => element.order !== 0 || element === actor)
      ? '@0 '
      : '';
  }

  private comment(element: Of<'comment'>): void {
    if (element.text.trim() === '') return;
    for (const line of element.text.split(/\r\n?|\n/)) this.lines.push(`// ${line}`.trimEnd());
  }

  private actor(actor: GraphElement): string {
    switch (actor.kind) {
      case 'coil':
        return `${this.wires(actor.input)} -> ${coilText(actor)}${this.readers.has(actor.id) || actor.edge ? ` #${actor.id}` : ''}`;
      case 'outVariable':
        return `${this.wires(actor.input)} -> ${modifiers(actor.negated, actor.edge, actor.storage)}${atom(actor.expression)}${actor.edge ? ` #${actor.id}` : ''}`;
      case 'inOutVariable':
        return `${this.wires(actor.input)} -> ${this.inOutText(actor)}`;
      case 'jump':
        return `${this.wires(actor.input)} -> ${actor.negated ? '!' : ''}JUMP ${actor.label}`;
      case 'return':
        return `${this.wires(actor.input)} -> ${actor.negated ? '!' : ''}RETURN`;
      case 'label':
        return `${actor.label}:`;
      case 'block':
        return this.block(actor);
      default:
        return '';
    }
  }

  private inOutText(element: Of<'inOutVariable'>): string {
    this.defined.add(element.id);
    const storage = element.storage === 'none' ? '' : `${element.storage.toUpperCase()} `;
    return `<${element.negatedIn ? '/' : ''}${storage}${atom(element.expression)}${element.negatedOut ? '/' : ''}> #${element.id}`;
  }

  private block(block: Of<'block'>): string {
    const pin = (p: Pin, sign: string): string => {
      const value = p.expression
        ? `= ${atom(p.expression)}`
        : p.wires.length > 0
          ? `${sign} ${this.wires(p.wires)}`
          : '';
      return `${modifiers(p.negated, p.edge, 'none')}${quoted(p.name)}${value === '' ? '' : ` ${value}`}`;
    };
    const pins = [...block.inputs.map((p) => pin(p, ':=')), ...block.inOuts.map((p) => pin(p, '<=>'))].join(', ');
    const outputs = block.outputs.map(
      (output) =>
        `${modifiers(output.negated, output.edge, output.storage ?? 'none')}${quoted(output.name)}${output.expression ? ` -> ${atom(output.expression)}` : ''}`,
    );
    const instance = block.instance ? `${atom(block.instance)} : ` : '';
    const code = block.statements ? ` { ${textBetween(block.statements.map(({ span }) => span))} }` : '';
    return `#${block.id}: ${instance}${block.operator ? 'OPERATOR ' : ''}${quoted(block.typeName)}(${pins})${outputs.length > 0 ? ` => ${outputs.join(', ')}` : ''}${code}`;
  }

  // ---------------------------------------------------------------- wires

  private wires(wires: readonly Wire[]): string {
    if (wires.length === 0) return 'OPEN';
    const parts = wires.map((wire) => this.wire(wire));
    return parts.length === 1 ? parts[0]! : `[${parts.join(', ')}]`;
  }

  private wire(wire: Wire): string {
    const source = this.byId.get(wire.from);
    switch (source?.kind) {
      case 'leftRail':
        return 'RAIL';
      case 'inVariable':
        return source.edge
          ? this.reference(
              source.id,
              () => `${modifiers(source.negated, source.edge, 'none')}${atom(source.expression)}`,
            )
          : `${source.negated ? '!' : ''}${atom(source.expression)}`;
      case 'inOutVariable':
        if (source.input.length === 0 && !this.defined.has(source.id)) this.lines.push(this.inOutText(source));
        return `#${source.id}`;
      case 'contact':
        return this.isShared(source) ? this.reference(source.id, () => this.series(source)) : this.series(source);
      case 'continuation':
        return `>${source.name}>`;
      case 'connector':
        return this.wires(source.input);
      case 'block':
        return wire.parameter === undefined ? `#${source.id}` : `#${source.id}.${quoted(wire.parameter)}`;
      default:
        return `#${wire.from}`;
    }
  }

  /** What several read, or what has a memory, gets a line of its own before its first use. */
  private reference(id: string, text: () => string): string {
    if (!this.defined.has(id)) {
      this.defined.add(id);
      this.lines.push(`#${id} = ${text()}`);
    }
    return `#${id}`;
  }

  private isShared(contact: Of<'contact'>): boolean {
    return (this.readers.get(contact.id) ?? 0) > 1 || contact.edge !== undefined;
  }

  /** Contacts in a row, up to the one that is given; a loop, for rungs can be long. */
  private series(last: Of<'contact'>): string {
    const parts: string[] = [];
    for (let contact = last; ;) {
      if (this.printed.has(contact.id)) return [`#${contact.id}`, ...parts.reverse()].join(' ');
      this.printed.add(contact.id);
      const marks = `${contact.negated ? '/' : ''}${contact.edge ? edgeMark[contact.edge] : ''}`;
      parts.push(`|${marks}${contactText(contact.variable)}|`);
      const [first] = contact.input;
      const before = contact.input.length === 1 && first ? this.byId.get(first.from) : undefined;
      if (before?.kind === 'leftRail') break;
      if (before?.kind !== 'contact' || this.isShared(before)) {
        parts.push(this.wires(contact.input));
        break;
      }
      contact = before;
    }
    return parts.reverse().join(' ');
  }
}

const edgeMark = { rising: 'P ', falling: 'N ' } as const;
const storageMark = { none: '', set: 'SET ', reset: 'RESET ' } as const;

function modifiers(
  negated: boolean,
  edge: 'rising' | 'falling' | undefined,
  storage: keyof typeof storageMark,
): string {
  return `${storageMark[storage]}${edge ? edgeMark[edge] : ''}${negated ? '!' : ''}`;
}

function coilText(coil: Of<'coil'>): string {
  const storage = { none: '', set: 'S ', reset: 'R ' }[coil.storage];
  return `(${coil.negated ? '/' : ''}${coil.edge ? edgeMark[coil.edge] : ''}${storage}${contactText(coil.variable)})`;
}

const plainAtom =
  /^(?!(?:RAIL|OPEN|JUMP|RETURN|RESULT|SET|RESET|P|N)$)(?:[\p{L}_%][\p{L}\p{N}_.#%^+-]*|\d[\p{L}\p{N}_.#]*)$/u;

/** An expression as an operand: bare where it is one word, else in braces. */
function atom(expression: Expression): string {
  const text = textOfExpression(expression);
  return plainAtom.test(text) || text.startsWith('`') ? text : `{${text}}`;
}
/** Within the bars of a contact and the parentheses of a coil. */
function contactText(expression: Expression): string {
  const text = textOfExpression(expression);
  const isBare = /^[\p{L}_%][\p{L}\p{N}_.%^[\]]*$/u.test(text) && !/^[PNSR]$/.test(text);
  return isBare || text.startsWith('`') ? text : `{${text}}`;
}
const quoted = (name: string): string => (/^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) ? name : `"${name}"`);
