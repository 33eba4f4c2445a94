import { sameName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type {
  ActionDeclaration,
  Body,
  MethodDeclaration,
  PouDeclaration,
  PropertyDeclaration,
  TypeNode,
  VariableBlock,
} from '../syntax/ast.js';
import { startsMember } from './block.js';
import type { Cursor } from './cursor.js';
import { K, T, keywordName } from './cursor.js';
import { parseTextBody } from './parse-body.js';
import type { Header, Modifiers } from './parse-header.js';
import { newModifiers, parseHeader, takeModifiers } from './parse-header.js';
import { atSection, parseVariableBlock } from './parse-variables.js';

/** A declaration while its parts are still being added. */
export type Growing<D> = { -readonly [K in keyof D]: D[K] extends readonly (infer E)[] ? E[] : D[K] };
export type GrowingPou = Growing<PouDeclaration>;

export function isEmpty(body: Body): boolean {
  return (
    (body.kind === 'statements' && body.statements.length === 0 && !body.foreign) ||
    (body.kind === 'il' && body.instructions.length === 0)
  );
}

/** METHOD, PROPERTY, ACTION or ACTIONS; gives whether there was one. */
export function parseMember(p: Cursor, pou: GrowingPou): boolean {
  if (!startsMember(p)) {
    if (p.keyword() !== K.END_ACTIONS) return false;
    p.advance();
    return true;
  }
  const start = p.start();
  const modifiers = newModifiers();
  takeModifiers(p, modifiers);
  const inInterface = pou.pouKind === 'interface';
  switch (p.keyword()) {
    case K.METHOD: {
      const method = parseMethod(p, start, modifiers, inInterface);
      if (method) pou.methods.push(method);
      return true;
    }
    case K.PROPERTY: {
      const property = parseProperty(p, start, modifiers, inInterface);
      if (property) pou.properties.push(property);
      return true;
    }
    case K.PROPERTY_GET:
    case K.PROPERTY_SET:
      parseAccessor(p, pou, start, modifiers);
      return true;
    case K.ACTIONS:
      p.advance();
      if (p.keyword() !== K.ACTION) p.advance();
      return true;
    case K.ACTION: {
      const action = parseAction(p);
      if (action) pou.actions.push(action);
      return true;
    }
    default:
      return false;
  }
}

/** Variables and body up to `end`. */
function parseInner(
  p: Cursor,
  end: number,
  word: string,
  opener: number,
  bodyless: boolean,
): { blocks: VariableBlock[]; body?: Body } {
  const blocks: VariableBlock[] = [];
  while (atSection(p)) blocks.push(parseVariableBlock(p));
  let body: Body | undefined;
  if ((p.keyword() !== end || p.pragmasHere().length > 0) && !(bodyless && startsMember(p))) body = parseTextBody(p);
  if (p.takeKeyword(end)) p.take(T.semicolon);
  else if (!bodyless)
    p.reportHere(
      'E1113',
      `The ${word} of line ${p.line(opener)} is not closed: write ${keywordName(end)} before ${p.shown()}.`,
    );
  return { blocks, ...(body && !isEmpty(body) && { body }) };
}

function parseMethod(p: Cursor, start: number, modifiers: Modifiers, bodyless: boolean): MethodDeclaration | undefined {
  const opener = p.start();
  p.advance();
  const header = p.attempt(() => parseHeader(p, modifiers, 'method'));
  const inner = parseInner(p, K.END_METHOD, 'METHOD', opener, bodyless || modifiers.abstract);
  if (!header) return undefined;
  const { name, access, abstract, final, override, returnType } = header;
  return {
    name,
    ...(access && { access }),
    abstract,
    final,
    override,
    ...(returnType && { returnType }),
    ...inner,
    span: p.span(start),
  };
}

function parseProperty(
  p: Cursor,
  start: number,
  modifiers: Modifiers,
  bodyless: boolean,
): PropertyDeclaration | undefined {
  const opener = p.start();
  p.advance();
  const header = p.attempt(() => parseHeader(p, modifiers, 'property'));
  let get: PropertyDeclaration['get'];
  let set: PropertyDeclaration['set'];
  const plain = bodyless || modifiers.abstract;
  for (;;) {
    const from = p.start();
    takeModifiers(p, newModifiers());
    const keyword = p.keyword();
    if (keyword !== K.GET && keyword !== K.SET) break;
    const end = keyword === K.GET ? K.END_GET : K.END_SET;
    const accessorStart = p.start();
    p.advance();
    const none =
      plain &&
      (p.keyword() === K.GET || p.keyword() === K.SET || p.kind() === T.semicolon || p.keyword() === K.END_PROPERTY);
    const inner = none ? { blocks: [] } : parseInner(p, end, keywordName(keyword), accessorStart, plain);
    p.take(T.semicolon);
    const accessor = { ...inner, span: p.span(from) };
    if (keyword === K.GET ? get : set)
      p.report('E1118', accessorStart, p.previousEnd(), `The property has a second ${keywordName(keyword)}: keep one.`);
    else if (keyword === K.GET) get = accessor;
    else set = accessor;
  }
  if (p.takeKeyword(K.END_PROPERTY)) p.take(T.semicolon);
  else if (!plain || get || set) {
    p.reportHere(
      'E1113',
      `The PROPERTY of line ${p.line(opener)} is not closed: write GET or SET, then END_PROPERTY before ${p.shown()}.`,
    );
  }
  if (!header) return undefined;
  const type = typeOfProperty(p, header, 'PROPERTY');
  if (!type) return undefined;
  const { name, access, abstract, final, override } = header;
  return {
    name,
    ...(access && { access }),
    abstract,
    final,
    override,
    type,
    ...(get && { get }),
    ...(set && { set }),
    span: p.span(start),
  };
}

/** The type of a property; one without is told. */
function typeOfProperty(p: Cursor, { name, nameSpan, returnType }: Header, word: string): TypeNode | undefined {
  if (!returnType)
    p.report(
      'E1111',
      nameSpan.start,
      nameSpan.end,
      `The property \`${name}\` has no type: write \`${word} ${name} : TYPE\`.`,
    );
  return returnType;
}

/** `PROPERTY_GET name : TYPE ... END_PROPERTY`, or SET: one half of a property. */
function parseAccessor(p: Cursor, pou: GrowingPou, start: number, modifiers: Modifiers): void {
  const opener = p.start();
  const keyword = p.keyword();
  const half = keyword === K.PROPERTY_GET ? 'get' : 'set';
  p.advance();
  const header = p.attempt(() => parseHeader(p, modifiers, 'property'));
  const bodyless = pou.pouKind === 'interface' || modifiers.abstract;
  const inner = parseInner(p, K.END_PROPERTY, keywordName(keyword), opener, bodyless);
  if (!header) return;
  const type = typeOfProperty(p, header, keywordName(keyword));
  if (!type) return;
  const { name, access, abstract, final, override, nameSpan } = header;
  const accessor = { ...inner, span: p.span(start) };
  const other = pou.properties.findIndex((one) => sameName(one.name, name));
  const known = pou.properties[other];
  if (!known) {
    const flags = { ...(access && { access }), abstract, final, override };
    pou.properties.push({ name, ...flags, type, [half]: accessor, span: p.span(start) });
  } else if (known[half] || !sameName(textOf(known.type.span), textOf(type.span))) {
    p.report(
      'E1118',
      nameSpan.start,
      nameSpan.end,
      known[half]
        ? `The property \`${name}\` has a second ${keywordName(keyword)}: keep one.`
        : `The property \`${name}\` is ${textOf(known.type.span)} above: write the same type.`,
    );
  } else pou.properties[other] = { ...known, [half]: accessor };
}

const textOf = ({ source, start, end }: SourceSpan): string => source.text.slice(start, end);

/** `ACTION name : ... END_ACTION`. */
export function parseAction(p: Cursor): ActionDeclaration | undefined {
  const start = p.start();
  p.advance();
  const name = p.attempt(() => {
    let full = p.expectName('the name of the action');
    while (p.kind() === T.dot && p.kind(1) === T.word) {
      full += `.${p.word(1)}`;
      p.at += 2;
    }
    return full;
  });
  p.take(T.colon);
  const body = parseTextBody(p);
  if (p.takeKeyword(K.END_ACTION)) p.take(T.semicolon);
  else
    p.reportHere('E1113', `The ACTION of line ${p.line(start)} is not closed: write END_ACTION before ${p.shown()}.`);
  return name === undefined ? undefined : { name, body, span: p.span(start) };
}
