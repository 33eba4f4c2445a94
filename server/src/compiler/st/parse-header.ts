import type { SourceSpan } from '../../model/source-span.js';
import type { Access, TypeNode } from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { K, T } from './cursor.js';
import { accesses } from './parse-declaration.js';
import { parseType } from './parse-type.js';

/** Words before or after METHOD, FUNCTION_BLOCK and the like. */
export interface Modifiers {
  access?: Access;
  abstract: boolean;
  final: boolean;
  override: boolean;
}

export function newModifiers(): Modifiers {
  return { abstract: false, final: false, override: false };
}

/** Takes PUBLIC, ABSTRACT and the like; one that is followed by no further word is the name itself. */
export function takeModifiers(p: Cursor, into: Modifiers): void {
  for (;;) {
    if (p.kind(1) !== T.word || p.keyword(1) === K.EXTENDS || p.keyword(1) === K.IMPLEMENTS) return;
    const keyword = p.keyword();
    const access = accesses.get(keyword);
    if (access) into.access = access;
    else if (keyword === K.ABSTRACT) into.abstract = true;
    else if (keyword === K.FINAL) into.final = true;
    else if (keyword === K.OVERRIDE) into.override = true;
    else return;
    p.advance();
  }
}

export interface Header extends Modifiers {
  name: string;
  nameSpan: SourceSpan;
  extends: string[];
  implements: string[];
  baseSpans: Map<string, SourceSpan>;
  returnType?: TypeNode;
}

/** Behind FUNCTION_BLOCK, METHOD ...: modifiers, name, `: TYPE`, EXTENDS, IMPLEMENTS. */
export function parseHeader(p: Cursor, modifiers: Modifiers, what: string): Header {
  takeModifiers(p, modifiers);
  const nameSpan = p.tokenSpan();
  let name = p.expectName(`the name of the ${what}`);
  // CODESYS: `ACTION Prg.Act`, `METHOD Fb.Meth` outside their owner.
  while (p.kind() === T.dot && p.kind(1) === T.word) {
    name += `.${p.word(1)}`;
    p.at += 2;
  }
  const header: Header = { ...modifiers, name, nameSpan, extends: [], implements: [], baseSpans: new Map() };
  if (p.kind() === T.less) parseGenerics(p);
  for (;;) {
    if (p.takeKeyword(K.EXTENDS)) header.extends.push(...parseNames(p, header.baseSpans));
    else if (p.takeKeyword(K.IMPLEMENTS)) header.implements.push(...parseNames(p, header.baseSpans));
    else if (p.kind() === T.colon && !header.returnType) {
      p.advance();
      header.returnType = parseType(p, false);
    } else break;
  }
  p.take(T.semicolon);
  return header;
}

function parseGenerics(p: Cursor): void {
  const start = p.start();
  while (p.kind() !== T.greater && p.kind() !== T.end && !p.lineBreak(1)) p.advance();
  p.take(T.greater);
  p.report(
    'E9102',
    start,
    p.previousEnd(),
    'Generic type parameters `<T : ...>` are not supported: write one function per type.',
  );
}

/** `A, Lib.B`. */
export function parseNames(p: Cursor, spans?: Map<string, SourceSpan>): string[] {
  const names: string[] = [];
  do {
    const start = p.start();
    let name = p.expectName('a name');
    while (p.kind() === T.dot && p.kind(1) === T.word) {
      name += `.${p.word(1)}`;
      p.at += 2;
    }
    names.push(name);
    spans?.set(name, p.span(start));
  } while (p.take(T.comma));
  return names;
}
