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
    const next = p.keyword(1);
    if (p.kind(1) !== T.word || next === K.EXTENDS || next === K.IMPLEMENTS) return;
    // `FUNCTION_BLOCK Internal VAR ...`
    if (next >= K.VAR && next <= K.VAR_ACCESS) return;
    const keyword = p.keyword();
    const access = accesses.get(keyword);
    if (access) {
      if (into.access !== undefined && into.access !== access)
        p.reportHere('E1101', `There is one access specifier, and \`${access}\` is the second: keep one.`);
      into.access = access;
    } else if (keyword === K.ABSTRACT) into.abstract = true;
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
  generics?: { readonly name: string; readonly constraint: string }[];
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
  if (p.kind() === T.less) {
    const generics = parseGenerics(p, what);
    if (generics) header.generics = generics;
  }
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

/** `<T : ANY_NUM, U : ANY>`, of functions only. */
function parseGenerics(p: Cursor, what: string): Header['generics'] {
  const start = p.start();
  const generics: { readonly name: string; readonly constraint: string }[] = [];
  p.advance();
  while (p.kind() === T.word && p.kind(1) === T.colon && p.kind(2) === T.word) {
    generics.push({ name: p.word(0), constraint: p.word(2) });
    p.at += 3;
    if (!p.take(T.comma)) break;
  }
  const whole = generics.length > 0 && p.take(T.greater);
  if (whole && what === 'function') return generics;
  if (!whole) {
    while (p.kind() !== T.greater && p.kind() !== T.end && !p.lineBreak(1)) p.advance();
    p.take(T.greater);
  }
  p.report(
    'E9102',
    start,
    p.previousEnd(),
    'Only functions have type parameters, written `<T : ANY_NUM>`: write one program unit per type.',
  );
  return undefined;
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
