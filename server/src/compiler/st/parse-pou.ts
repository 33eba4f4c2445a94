import type { PouDeclaration } from '../syntax/ast.js';
import { startsMember } from './block.js';
import type { Cursor } from './cursor.js';
import { K, T, keywordName } from './cursor.js';
import { parseTextBody } from './parse-body.js';
import { newModifiers, parseHeader, parseNames, takeModifiers } from './parse-header.js';
import type { GrowingPou } from './parse-member.js';
import { isEmpty, parseMember } from './parse-member.js';
import type { ChartParts } from './parse-sfc.js';
import { parseChartElement, startsChartElement } from './parse-sfc.js';
import { atSection, parseVariableBlock } from './parse-variables.js';

const kinds = new Map<number, { kind: PouDeclaration['pouKind']; end: number; what: string }>([
  [K.FUNCTION, { kind: 'function', end: K.END_FUNCTION, what: 'function' }],
  [K.FUNCTION_BLOCK, { kind: 'function_block', end: K.END_FUNCTION_BLOCK, what: 'function block' }],
  [K.PROGRAM, { kind: 'program', end: K.END_PROGRAM, what: 'program' }],
  [K.CLASS, { kind: 'class', end: K.END_CLASS, what: 'class' }],
  [K.INTERFACE, { kind: 'interface', end: K.END_INTERFACE, what: 'interface' }],
]);
const unitEnds = new Set([...kinds.values()].map((entry) => entry.end));

/** Whether a program unit begins here, modifiers before it counted. */
export function startsPou(p: Cursor): boolean {
  const keyword = p.keyword();
  if (keyword === K.FUNCTION || keyword === K.FUNCTION_BLOCK || keyword === K.PROGRAM) return true;
  if (!startsMember(p)) return false;
  let i = 0;
  while (p.keyword(i) >= K.ABSTRACT && p.keyword(i) <= K.INTERNAL) i += 1;
  return kinds.has(p.keyword(i));
}

/** A program unit from its keyword (or the modifiers before) to its END_... word. Undefined when its head can't be read. */
export function parsePou(p: Cursor, namespace: readonly string[], usings: readonly string[]): GrowingPou | undefined {
  const start = p.start();
  const pragmas = p.pragmasHere();
  const modifiers = newModifiers();
  takeModifiers(p, modifiers);
  joinFunctionBlock(p);
  const entry = kinds.get(p.keyword())!;
  const opener = { line: p.line(p.start()), word: keywordName(p.keyword()), end: entry.end };
  p.advance();
  const nameAt = p.kind(1) === T.word && !p.isName() ? 1 : 0;
  const before = p.enterSource(p.kind(nameAt) === T.word ? { pou: pouNameAhead(p) } : {});
  const header = p.attempt(() => parseHeader(p, modifiers, entry.what));
  const pou: GrowingPou = {
    kind: 'pou',
    pouKind: entry.kind,
    name: header?.name ?? '',
    nameSpan: header?.nameSpan ?? p.span(start),
    namespace: [...namespace],
    usings: [...usings],
    ...(header?.generics && { generics: header.generics }),
    ...(header?.returnType && { returnType: header.returnType }),
    abstract: modifiers.abstract,
    final: modifiers.final,
    extends: header?.extends ?? [],
    implements: header?.implements ?? [],
    ...(header && header.baseSpans.size > 0 && { baseSpans: header.baseSpans }),
    blocks: [],
    methods: [],
    properties: [],
    actions: [],
    transitions: [],
    pragmas,
    span: p.span(start),
  };
  parseContents(p, pou, opener);
  pou.span = p.span(start);
  p.leaveSource(before);
  return header ? pou : undefined;
}

/** `FUNCTION BLOCK Name` becomes FUNCTION_BLOCK, and is reported. */
function joinFunctionBlock(p: Cursor): void {
  if (p.keyword() !== K.FUNCTION || p.lineBreak(1) || p.lineBreak(2) || !p.isName(1) || !p.isName(2)) return;
  if (p.word(1).toUpperCase() !== 'BLOCK') return;
  const word = keywordName(K.FUNCTION_BLOCK);
  p.report('E1108', p.start(), p.end(1), `${word} is one word: write it with an underscore.`, word);
  p.advance();
  p.tokens.keyword[p.at] = K.FUNCTION_BLOCK;
}

/** The name that the header will give, for the source of its spans. */
function pouNameAhead(p: Cursor): string {
  let i = 0;
  while (p.keyword(i) >= K.ABSTRACT && p.keyword(i) <= K.INTERNAL && p.kind(i + 1) === T.word) i += 1;
  return p.word(i);
}

interface Opener {
  readonly line: number;
  readonly word: string;
  readonly end: number;
}

function parseContents(p: Cursor, pou: GrowingPou, opener: Opener): void {
  const chart: ChartParts = { steps: [], transitions: [] };
  for (;;) {
    const at = p.at;
    const keyword = p.keyword();
    if (keyword === opener.end) {
      // A body may be nothing but a pragma.
      if (!pou.body && p.pragmasHere().length > 0) parsePart(p, pou, chart);
      p.advance();
      p.take(T.semicolon);
      break;
    }
    if (p.take(T.semicolon)) continue;
    if (unitEnds.has(keyword)) {
      p.reportHere(
        'W1014',
        `The ${opener.word} of line ${opener.line} ends with ${keywordName(opener.end)}, not with ${p.shown()}.`,
        keywordName(opener.end),
      );
      p.advance();
      p.take(T.semicolon);
      break;
    }
    if (endsPou(p)) {
      p.reportHere(
        'E1113',
        `The ${opener.word} of line ${opener.line} is not closed: write ${keywordName(opener.end)} before ${p.shown()}.`,
      );
      break;
    }
    parsePart(p, pou, chart);
    if (p.at === at) {
      p.reportHere('E1101', `${p.shown()} does not belong here: remove it.`);
      p.advance();
    }
  }
  if (chart.steps.length > 0 || chart.transitions.length > 0) {
    if (pou.body)
      p.report(
        'E1118',
        pou.nameSpan.start,
        pou.nameSpan.end,
        `\`${pou.name}\` has statements besides its sequential function chart: move them into actions.`,
      );
    pou.body = { kind: 'sfc', steps: chart.steps, transitions: chart.transitions };
  }
}

/** Words that begin something outside: the unit's own end is missing. */
function endsPou(p: Cursor): boolean {
  if (p.kind() === T.end) return true;
  const keyword = p.keyword();
  if (keyword === 0) return false;
  if (
    keyword === K.TYPE ||
    keyword === K.CONFIGURATION ||
    keyword === K.END_NAMESPACE ||
    keyword === K.END_CONFIGURATION
  )
    return true;
  if (keyword === K.NAMESPACE && startsMember(p)) return true;
  return startsPou(p);
}

function parsePart(p: Cursor, pou: GrowingPou, chart: ChartParts): void {
  const keyword = p.keyword();
  if (atSection(p)) {
    if (pou.body) p.reportHere('E1111', `Declarations come before the statements: move this ${p.shown()} block up.`);
    pou.blocks.push(parseVariableBlock(p));
    return;
  }
  if (keyword === K.VAR_ACCESS || keyword === K.VAR_CONFIG) {
    skipForeignSection(p);
    return;
  }
  if (keyword === K.USING && p.isName(1)) {
    p.advance();
    pou.usings.push(...(p.attempt(() => parseNames(p)) ?? []));
    return;
  }
  if (startsChartElement(p)) {
    const before = p.enterSource({ language: 'SFC' });
    parseChartElement(p, chart);
    p.leaveSource(before);
    return;
  }
  if (parseMember(p, pou)) return;
  if (pou.pouKind === 'interface') {
    p.reportHere('E1101', `An interface has methods and properties only, found ${p.shown()}.`);
    p.advance();
    return;
  }
  const start = p.start();
  const body = parseTextBody(p);
  if (isEmpty(body)) return;
  if (!pou.body) pou.body = body;
  else if (pou.body.kind === 'statements' && body.kind === 'statements') {
    pou.body = { ...pou.body, ...body, statements: [...pou.body.statements, ...body.statements] };
  } else p.report('E1118', start, p.previousEnd(), `\`${pou.name}\` has bodies in two languages: keep one.`);
}

/** VAR_ACCESS or VAR_CONFIG in a program unit: they belong to a configuration. */
function skipForeignSection(p: Cursor): void {
  p.report('W1002', p.start(), p.end(), `${p.shown()} has no effect in a program unit: write it in the CONFIGURATION.`);
  while (p.kind() !== T.end && p.keyword() !== K.END_VAR) p.advance();
  p.takeKeyword(K.END_VAR);
  p.take(T.semicolon);
}
