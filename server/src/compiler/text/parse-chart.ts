import type { GraphicElement, SourceSpan, SourceText } from '../../model/source-span.js';
import type { Problems } from '../problems.js';
import { parseExpression, parseInstructionList, parseStatements } from '../st/parse-unit.js';
import type { Body, Expression, SfcAssociation, SfcBody, SfcStep, SfcTransition } from '../syntax/ast.js';
import { parseGraph } from './parse-graph.js';
import { TextScanner, Unreadable } from './text-scanner.js';

/** Reads the text form of a chart (docs/text-form.md). */
export function parseChart(source: SourceText, problems: Problems): SfcBody {
  return new ChartParser(new TextScanner(source, problems), problems).parse();
}

const name = /[\p{L}_][\p{L}\p{N}_.]*/uy;
const qualifiers = /(SD|DS|SL|P0|P1|N|R|S|L|D|P)(?=[ \t])/y;
const timed = new Set(['L', 'D', 'SD', 'DS', 'SL']);
const rowHeight = 60;

class ChartParser {
  private readonly steps: SfcStep[] = [];
  private readonly transitions: SfcTransition[] = [];
  private codesys = false;
  private ids = 0;

  constructor(
    private readonly scanner: TextScanner,
    private readonly problems: Problems,
  ) {}

  parse(): SfcBody {
    const { scanner } = this;
    while (!scanner.atEnd) {
      try {
        if (!scanner.atLineEnd()) this.entry();
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
      }
      scanner.skipLine();
    }
    return {
      kind: 'sfc',
      steps: this.steps,
      transitions: this.transitions,
      ...(this.codesys && { dialect: 'codesys' as const }),
    };
  }

  private entry(): void {
    const { scanner } = this;
    const start = scanner.at;
    if (scanner.takeWord('CODESYS')) this.codesys = true;
    else if (scanner.takeWord('TRANSITION')) this.transition(start);
    else {
      const initial = scanner.takeWord('INITIAL');
      if (!scanner.takeWord('STEP'))
        scanner.fail(`Expected STEP, INITIAL STEP or TRANSITION, found ${scanner.shown()}.`);
      this.step(start, initial);
    }
    if (!scanner.atLineEnd()) scanner.fail(`Expected the end of the line, found ${scanner.shown()}.`);
  }

  private span(start: number, kind: string): SourceSpan {
    const { scanner } = this;
    this.ids += 1;
    const element: GraphicElement = { localId: String(this.ids), kind, x: 0, y: this.ids * rowHeight };
    const span = scanner.span(start);
    return { ...span, source: { ...span.source, element } };
  }

  private word(what: string): string {
    return this.scanner.match(name)?.[0] ?? this.scanner.fail(`Expected ${what}, found ${this.scanner.shown()}.`);
  }

  private step(start: number, initial: boolean): void {
    const { scanner } = this;
    const stepName = this.word('the name of a step');
    const associations: SfcAssociation[] = [];
    let macro: SfcBody | undefined;
    if (scanner.take(':')) {
      // Actions follow on indented lines.
      while (this.atIndentedLine()) {
        const body = scanner.looksAt('SFC') ? this.nested() : undefined;
        if (body?.kind === 'sfc') macro = body;
        else associations.push(this.association());
      }
    }
    this.steps.push({
      name: stepName,
      initial,
      ...(macro && { macro }),
      associations,
      span: this.span(start, macro ? 'macroStep' : 'step'),
    });
  }

  /** Moves to the text of the next line if that is indented and not empty; empty lines and comments between are passed over. */
  private atIndentedLine(): boolean {
    const { scanner } = this;
    const here = scanner.at;
    if (!scanner.atLineEnd()) scanner.fail(`Expected the end of the line, found ${scanner.shown()}.`);
    scanner.skipLine();
    while (!scanner.atEnd) {
      const lineStart = scanner.at;
      scanner.skipBlanks();
      if (!scanner.atLineEnd()) {
        if (scanner.at > lineStart && scanner.at - lineStart > this.indentOf(here)) return true;
        break;
      }
      scanner.skipLine();
    }
    scanner.at = here;
    return false;
  }
  /** Blanks at the beginning of the step's line; lines of its actions have more. */
  private indentOf(at: number): number {
    const { text } = this.scanner;
    let start = at;
    // Actions stand deeper than STEP, whatever line of the step the scanner is on.
    while (
      start > 0 &&
      !/^[ \t]*(INITIAL[ \t]+)?STEP\b(?![ \t]+[A-Z0-9]{1,2}[ \t])/.test(
        text.slice(text.lastIndexOf('\n', start - 1) + 1, start + 60),
      )
    ) {
      start = text.lastIndexOf('\n', start - 1);
    }
    const line = text.slice(text.lastIndexOf('\n', Math.max(0, start) - 1) + 1);
    return /^[ \t]*/.exec(line)![0].length;
  }

  private association(): SfcAssociation {
    const { scanner } = this;
    const start = scanner.at;
    const ofStep = scanner.takeWord('STEP');
    const qualifier = scanner.match(qualifiers)?.[1] as SfcAssociation['qualifier'] | undefined;
    if (!qualifier) {
      return scanner.fail(`Expected a qualifier such as N, S or D before an action, found ${scanner.shown()}.`);
    }
    const duration = timed.has(qualifier) ? this.operand() : undefined;
    const body = this.nested();
    const action: SfcAssociation['action'] = body
      ? { kind: 'inline', body }
      : { kind: 'named', name: this.word('the name of an action') };
    const indicator = scanner.take(',')
      ? scanner.takeWord('INDICATOR')
        ? this.operand()
        : scanner.fail('Expected INDICATOR behind the comma.')
      : undefined;
    return {
      qualifier,
      ...(duration && { duration }),
      action,
      ...(indicator && { indicator }),
      ...(ofStep && { ofStep }),
      span: this.span(start, 'actionBlock'),
    };
  }

  private transition(start: number): void {
    const { scanner } = this;
    const named = scanner.match(/"([^"\n]*)"/y)?.[1];
    const from = this.names();
    scanner.expect('->', 'between the steps before and behind a transition');
    const to = this.names();
    const priority = scanner.take(',')
      ? scanner.takeWord('PRIORITY')
        ? Number(scanner.match(/\d{1,9}/y)?.[0] ?? scanner.fail('Expected a number behind PRIORITY.'))
        : scanner.fail('Expected PRIORITY behind the comma.')
      : undefined;
    scanner.expect(':', 'before the condition');
    const negated = scanner.match(/[ \t]*NOT[ \t]+(?=NAMED\b|(LD|FBD|CFC|SFC|ST|IL)[ \t]*\{)/y) !== undefined;
    const condition = this.condition();
    this.transitions.push({
      ...(named !== undefined && { name: named }),
      from,
      to,
      ...(priority !== undefined && { priority }),
      ...(negated && { negated }),
      condition,
      span: this.span(start, 'transition'),
    });
  }

  private names(): readonly string[] {
    const names = [this.word('the name of a step')];
    while (this.scanner.take('+')) names.push(this.word('the name of a step'));
    return names;
  }

  private condition(): SfcTransition['condition'] {
    const { scanner } = this;
    if (scanner.takeWord('NAMED')) return { kind: 'named', name: this.word('the name of a transition') };
    const body = this.nested();
    if (body) return { kind: 'body', body };
    if (scanner.looksAt('{')) return { kind: 'expression', expression: this.operand() };
    scanner.skipBlanks();
    const start = scanner.at;
    while (!scanner.atEnd && !scanner.atLineEnd()) scanner.at += 1;
    return { kind: 'expression', expression: this.expression(start, scanner.at) };
  }

  /** A body in braces, if the name of a language and a brace come next. */
  private nested(): Body | undefined {
    const { scanner } = this;
    const language = scanner.match(/(LD|FBD|CFC|SFC|ST|IL)[ \t]*\{/y)?.[1] as
      'LD' | 'FBD' | 'CFC' | 'SFC' | 'ST' | 'IL' | undefined;
    if (!language) return undefined;
    const { start, end } = scanner.braced();
    const source = this.piece(start, end, language);
    switch (language) {
      case 'SFC':
        return parseChart(source, this.problems);
      case 'ST':
        return { kind: 'statements', language: 'ST', statements: parseStatements(source, this.problems) };
      case 'IL':
        return { kind: 'il', instructions: parseInstructionList(source, this.problems) };
      default:
        return parseGraph(source, language, this.problems);
    }
  }

  private operand(): Expression {
    const { scanner } = this;
    if (scanner.take('{')) {
      const { start, end } = scanner.braced();
      return this.expression(start, end);
    }
    scanner.skipBlanks();
    const start = scanner.at;
    if (!scanner.match(/[\p{L}\p{N}_.#%^]+/uy))
      scanner.fail(`Expected an expression, found ${scanner.shown()}; put it into braces.`);
    return this.expression(start, scanner.at);
  }

  private expression(start: number, end: number): Expression {
    const expression = parseExpression(this.piece(start, end, 'ST'), this.problems);
    if (!expression) throw new Unreadable();
    return expression;
  }

  private piece(start: number, end: number, language: SourceText['language']): SourceText {
    const { source } = this.scanner;
    const outer = source.origin?.pieces[0]?.offset ?? 0;
    return {
      ...source,
      text: source.text.slice(start, end),
      language,
      origin: { document: source.origin?.document ?? source, pieces: [{ at: 0, offset: outer + start }] },
    };
  }
}
