import type { SourceSpan, SourceText } from '../../model/source-span.js';
import { parseInstructions } from '../il/parse-il.js';
import type { Problems } from '../problems.js';
import type {
  Body,
  Declaration,
  Expression,
  IlInstruction,
  SourceUnit,
  Statement,
  TypeDeclaration,
  TypeNode,
} from '../syntax/ast.js';
import { joinEnd, startsMember } from './block.js';
import { Cursor, K, T } from './cursor.js';
import { parseBareVarConfig, parseConfiguration } from './parse-configuration.js';
import { endDeclaration } from './parse-declaration.js';
import { parseExpression as expressionAt } from './parse-expression.js';
import { parseNames } from './parse-header.js';
import { parseInitializer } from './parse-initializer.js';
import { attributeOf, reportPragmas, takeForeignCode } from './pragma.js';
import type { GrowingPou } from './parse-member.js';
import { parseAction, parseMember } from './parse-member.js';
import { parsePou, startsPou } from './parse-pou.js';
import { parseStatementList } from './parse-statement.js';
import { parseStruct, parseType } from './parse-type.js';
import { atSection, parseVariableBlock } from './parse-variables.js';

/** A whole document in textual languages. Every problem is reported; what could be read is in the result. */
export function parseUnit(source: SourceText, problems: Problems): SourceUnit {
  const p = new Cursor(source, problems);
  const declarations: Declaration[] = [];
  p.attempt(() => {
    parseTop(p, declarations, [], []);
  });
  finish(p);
  return { file: source.file, declarations };
}

/** The text of a body in Structured Text. */
export const parseStatements = (source: SourceText, problems: Problems): Statement[] =>
  parseWholeBody(source, problems, false).statements;

/** The same as a body, which says where code of another language stands in it. */
export function parseStatementsBody(source: SourceText, problems: Problems): Body {
  return { kind: 'statements', language: 'ST', ...parseWholeBody(source, problems, true) };
}

function parseWholeBody(
  source: SourceText,
  problems: Problems,
  takesForeign: boolean,
): { readonly statements: Statement[]; readonly foreign?: SourceSpan } {
  const p = new Cursor(source, problems);
  const statements: Statement[] = [];
  p.attempt(() => {
    for (;;) {
      statements.push(...parseStatementList(p));
      if (p.kind() === T.end) return;
      p.reportHere('E1101', `${p.shown()} does not belong into a body: remove it.`);
      p.advance();
    }
  });
  const foreign = takesForeign ? takeForeignCode(p, 0) : undefined;
  finish(p);
  return { statements, ...(foreign && { foreign }) };
}

/** The text of a body in Instruction List. */
export function parseInstructionList(source: SourceText, problems: Problems): IlInstruction[] {
  const p = new Cursor(source, problems);
  const instructions: IlInstruction[] = [];
  p.attempt(() => {
    for (;;) {
      instructions.push(...parseInstructions(p, false));
      if (p.kind() === T.end) return;
      p.reportHere('E1116', `${p.shown()} does not belong into an instruction list: remove it.`);
      p.advance();
    }
  });
  finish(p);
  return instructions;
}

/** The text of one expression, as a graphical variable or a transition holds it; undefined where there is none (reported). */
export function parseExpression(source: SourceText, problems: Problems): Expression | undefined {
  return parseWhole(source, problems, expressionAt);
}

/** The text of an initial value: an expression, `[...]` or `(a := 1)`. */
export function parseInitialValue(source: SourceText, problems: Problems): Expression | undefined {
  return parseWhole(source, problems, parseInitializer);
}

/** A type written as text, `ARRAY[0..9] OF INT`. */
export function parseTypeText(source: SourceText, problems: Problems): TypeNode | undefined {
  return parseWhole(source, problems, (p) => parseType(p, true));
}

function parseWhole<R>(source: SourceText, problems: Problems, parse: (p: Cursor) => R): R | undefined {
  const p = new Cursor(source, problems);
  const result = p.attempt(() => {
    const found = parse(p);
    p.take(T.semicolon);
    if (p.kind() !== T.end) p.fail('E1101', `Expected the end of the text, found ${p.shown()}: remove it.`);
    return found;
  });
  finish(p);
  return result;
}

function finish(p: Cursor): void {
  reportPragmas(p);
  p.reportLexicalProblems();
}

function parseTop(p: Cursor, into: Declaration[], namespace: readonly string[], inherited: readonly string[]): void {
  const usings = [...inherited];
  let complained = false;
  for (;;) {
    const at = p.at;
    const keyword = p.keyword();
    if (p.kind() === T.end) return;
    if (keyword === K.END_NAMESPACE && namespace.length > 0) return;
    if (p.take(T.semicolon)) continue;
    if (startsPou(p)) {
      const pou = parsePou(p, namespace, usings);
      if (pou) into.push(pou);
      complained = false;
    } else if (keyword === K.TYPE) parseTypes(p, into, namespace, usings);
    else if (atSection(p)) {
      const start = p.start();
      const qualifiedOnly = attributeOf(p.pragmasHere(), 'qualified_only') !== undefined;
      const block = parseVariableBlock(p);
      if (block.section === 'VAR_GLOBAL' || block.section === 'VAR_EXTERNAL') {
        if (block.section === 'VAR_GLOBAL')
          into.push({ kind: 'globals', qualifiedOnly, namespace, blocks: [block], span: p.span(start) });
      } else
        p.report(
          'E1114',
          start,
          start + block.section.length,
          `${block.section} belongs into a program unit: write VAR_GLOBAL for global variables.`,
        );
    } else if (keyword === K.CONFIGURATION) into.push(parseConfiguration(p));
    else if (keyword === K.VAR_CONFIG) into.push(parseBareVarConfig(p));
    else if (keyword === K.USING && p.isName(1)) {
      p.advance();
      usings.push(...(p.attempt(() => parseNames(p)) ?? []));
    } else if (keyword === K.NAMESPACE && startsMember(p)) parseNamespace(p, into, namespace, usings);
    else if (startsMember(p) || keyword === K.END_ACTIONS) parseDetached(p, into);
    else if (skipExportPart(p)) continue;
    else {
      if (!complained) reportStray(p);
      complained = true;
      skipStray(p);
    }
    if (p.at === at) p.advance();
  }
}

function parseNamespace(p: Cursor, into: Declaration[], namespace: readonly string[], usings: readonly string[]): void {
  const start = p.start();
  p.advance();
  if (p.keyword() === K.INTERNAL && p.kind(1) === T.word) p.advance();
  const names = p.attempt(() => parseNames(p)) ?? [];
  p.deeper();
  parseTop(p, into, [...namespace, ...names.flatMap((name) => name.split('.'))], usings);
  p.shallower();
  if (p.takeKeyword(K.END_NAMESPACE)) p.take(T.semicolon);
  else
    p.reportHere(
      'E1113',
      `The NAMESPACE of line ${p.line(start)} is not closed: write END_NAMESPACE before ${p.shown()}.`,
    );
}

/** ACTION, METHOD or PROPERTY behind the unit that they belong to, or with its name: `ACTION Prg.Act`. */
function parseDetached(p: Cursor, into: Declaration[]): void {
  const pous = into.filter((d): d is GrowingPou => d.kind === 'pou');
  const start = p.start();
  const end = p.end();
  let owner = pous.at(-1);
  if (p.keyword() === K.ACTIONS && p.isName(1) && p.keyword(1) !== K.ACTION) {
    const name = p.word(1).toUpperCase();
    owner = pous.find((pou) => pou.name.toUpperCase() === name);
    if (!owner)
      p.report(
        'E1114',
        p.start(1),
        p.end(1),
        `There is no program unit \`${p.word(1)}\` before these actions: write them behind it.`,
      );
    p.at += 2;
    while (p.keyword() === K.ACTION) {
      const action = parseAction(p);
      if (action) owner?.actions.push(action);
    }
    if (!p.takeKeyword(K.END_ACTIONS)) p.reportHere('E1113', `Expected ACTION or END_ACTIONS, found ${p.shown()}.`);
    return;
  }
  if (p.keyword() === K.ACTION && p.kind(2) === T.dot) {
    const name = p.word(1).toUpperCase();
    owner = pous.find((pou) => pou.name.toUpperCase() === name);
    const action = parseAction(p);
    if (!owner)
      p.report('E1114', start, end, `There is no program unit \`${name}\` before this action: write it behind it.`);
    else if (action) owner.actions.push({ ...action, name: action.name.slice(name.length + 1) });
    return;
  }
  if (!owner) {
    p.report('E1114', start, end, `${p.shown()} belongs into a program unit: write FUNCTION_BLOCK or PROGRAM before.`);
    p.advance();
    return;
  }
  const before = p.enterSource({ pou: owner.name });
  if (!parseMember(p, owner)) p.advance();
  p.leaveSource(before);
}

/** TYPE to END_TYPE, any number of declarations. */
function parseTypes(p: Cursor, into: Declaration[], namespace: readonly string[], usings: readonly string[]): void {
  const start = p.start();
  let attributes = p.pragmasHere();
  p.advance();
  for (;;) {
    joinEnd(p);
    if (p.takeKeyword(K.END_TYPE)) {
      p.take(T.semicolon);
      return;
    }
    if (p.take(T.semicolon)) continue;
    if (
      p.kind() === T.end ||
      startsPou(p) ||
      p.keyword() === K.TYPE ||
      p.keyword() === K.CONFIGURATION ||
      atSection(p)
    ) {
      p.reportHere('E1113', `The TYPE of line ${p.line(start)} is not closed: write END_TYPE before ${p.shown()}.`);
      return;
    }
    const at = p.at;
    const own = [...attributes, ...p.pragmasHere()];
    attributes = [];
    const declaration = p.attempt(() => parseTypeDeclaration(p, namespace, usings, own));
    if (declaration) into.push(declaration);
    else
      while (p.kind() !== T.semicolon && p.kind() !== T.end && p.keyword() !== K.END_TYPE && !startsPou(p)) p.advance();
    if (p.at === at) p.advance();
  }
}

function parseTypeDeclaration(
  p: Cursor,
  namespace: readonly string[],
  usings: readonly string[],
  attributes: readonly string[],
): TypeDeclaration {
  if ((p.keyword() === K.PUBLIC || p.keyword() === K.INTERNAL) && p.isName(1)) p.advance();
  const start = p.start();
  const name = p.expectName('the name of the type');
  const base = p.takeKeyword(K.EXTENDS) ? parseNames(p)[0] : undefined;
  if (!p.take(T.colon)) {
    const message = `Expected \`:\` and the definition of the type \`${name}\`, found ${p.shown()}.`;
    // `TYPE S STRUCT` and `TYPE E = (A, B)` are clear without it.
    if (p.keyword() === K.STRUCT) p.report('E1111', p.start(), p.end(), message, `: ${p.word()}`);
    else if (p.kind() === T.equal && p.kind(1) === T.openParen) p.report('E1111', p.start(), p.end(), message, ':');
    else p.fail('E1111', message);
    p.take(T.equal);
  }
  const typeStart = p.start();
  const type = withAttributes(
    base !== undefined && p.keyword() === K.STRUCT ? parseStruct(p, typeStart, base) : parseType(p, true),
    attributes,
  );
  const initial = p.take(T.assign) ? parseInitializer(p) : undefined;
  const span = p.span(start);
  // `END_STRUCT END_TYPE` and `(A, B) END_TYPE` are common.
  endDeclaration(p, type.kind === 'struct' || p.keyword() === K.END_TYPE);
  return {
    kind: 'type',
    name,
    namespace,
    usings,
    type,
    ...(initial && { initial }),
    ...(attributeOf(attributes, 'qualified_only') !== undefined && { qualifiedOnly: true }),
    ...(attributeOf(attributes, 'strict') !== undefined && { strict: true }),
    span,
  };
}

/** The attributes `pack_mode` of structures and `to_string` of enumerations. */
function withAttributes(type: TypeNode, attributes: readonly string[]): TypeNode {
  if (type.kind === 'enum' && attributeOf(attributes, 'to_string') !== undefined) return { ...type, toText: true };
  const pack = /^[01248]$/.exec(attributeOf(attributes, 'pack_mode') ?? '')?.[0];
  return type.kind === 'struct' && pack !== undefined ? { ...type, pack: Math.max(1, Number(pack)) } : type;
}

/** Parts of a CODESYS 2.3 export (.EXP) that are no program: what ends each. */
const exportParts: ReadonlyMap<string, string> = new Map([
  ['LIBRARY', 'END_LIBRARY'],
  ['_ALARMCONFIG', '_END_ALARMCONFIG'],
  ['VISUALISATION', 'END_VISUALISATION'],
  ['PLC_CONFIGURATION', 'PLC_END'],
]);

/** W1002: skips such a part; false where there is none, or it does not end. */
function skipExportPart(p: Cursor): boolean {
  const end = p.kind() === T.word && p.lineBreak() ? exportParts.get(p.word().toUpperCase()) : undefined;
  if (end === undefined) return false;
  let ahead = 1;
  while (p.kind(ahead) !== T.end && !(p.kind(ahead) === T.word && p.word(ahead).toUpperCase() === end)) ahead += 1;
  if (p.kind(ahead) === T.end) return false;
  p.report('W1002', p.start(), p.end(), `${p.shown()} to ${end} is no program and is left out.`);
  p.at += ahead + 1;
  return true;
}

/** Text that no declaration begins with: reported once until the next program unit. */
function reportStray(p: Cursor): void {
  if (p.kind() === T.word && /^(TEST|SETUP|TEARDOWN|MOCK|TEST_PROGRAM|TEST_FUNCTION_BLOCK)$/i.test(p.word())) {
    p.reportHere('E9105', `${p.shown()} blocks are not supported: write the test as a scenario.`);
    return;
  }
  p.reportHere(
    'E1114',
    `${p.shown()} stands outside every program unit: write it between PROGRAM and END_PROGRAM, or remove it.`,
  );
}

function skipStray(p: Cursor): void {
  while (
    p.kind() !== T.end &&
    !(
      p.lineBreak() &&
      (startsPou(p) ||
        p.keyword() === K.TYPE ||
        p.keyword() === K.VAR_GLOBAL ||
        p.keyword() === K.CONFIGURATION ||
        p.keyword() === K.END_NAMESPACE ||
        (p.keyword() === K.NAMESPACE && startsMember(p)))
    )
  ) {
    p.advance();
  }
}
export type { DeclarationText } from './parse-head.js';
export { parseDeclarations } from './parse-head.js';
