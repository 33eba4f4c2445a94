import type { SourceSpan, SourceText } from '../../model/source-span.js';
import type { Problems } from '../problems.js';
import type { Access, TypeNode, VariableBlock } from '../syntax/ast.js';
import { startsMember } from './block.js';
import { Cursor, K, T } from './cursor.js';
import type { Header } from './parse-header.js';
import { newModifiers, parseHeader, parseNames, takeModifiers } from './parse-header.js';
import { reportPragmas } from './pragma.js';
import { atSection, parseVariableBlock } from './parse-variables.js';

/** The declaration part of a unit kept as text apart from its body, as CODESYS stores it. */
export interface DeclarationText {
  /** `none`: only variable blocks. */
  readonly kind: 'function' | 'function_block' | 'program' | 'class' | 'interface' | 'method' | 'property' | 'none';
  /** Empty with kind `none`. */
  readonly name: string;
  readonly nameSpan?: SourceSpan;
  readonly returnType?: TypeNode;
  readonly access?: Access;
  readonly abstract: boolean;
  readonly final: boolean;
  readonly override: boolean;
  readonly extends: readonly string[];
  readonly implements: readonly string[];
  readonly usings: readonly string[];
  readonly blocks: readonly VariableBlock[];
  readonly pragmas: readonly string[];
}

const kinds = new Map<number, DeclarationText['kind']>([
  [K.FUNCTION, 'function'],
  [K.FUNCTION_BLOCK, 'function_block'],
  [K.PROGRAM, 'program'],
  [K.CLASS, 'class'],
  [K.INTERFACE, 'interface'],
  [K.METHOD, 'method'],
  [K.PROPERTY, 'property'],
]);
const ends: ReadonlySet<number> = new Set([
  K.END_FUNCTION, K.END_FUNCTION_BLOCK, K.END_PROGRAM, K.END_CLASS, K.END_INTERFACE, K.END_METHOD, K.END_PROPERTY,
]); // prettier-ignore

/** Text with the head of a unit and its variable blocks, either of which may be absent; `END_...` may follow or not. */
export function parseDeclarations(source: SourceText, problems: Problems): DeclarationText {
  const p = new Cursor(source, problems);
  const blocks: VariableBlock[] = [];
  const usings: string[] = [];
  let kind: DeclarationText['kind'] = 'none';
  let header: Header | undefined;
  const pragmas: string[] = [];
  p.attempt(() => {
    for (;;) {
      const at = p.at;
      if (p.kind() === T.end) return;
      if (p.take(T.semicolon)) continue;
      if (kind === 'none') pragmas.push(...p.pragmasHere());
      if (atSection(p)) blocks.push(parseVariableBlock(p));
      else if (p.keyword() === K.USING && p.isName(1)) {
        p.advance();
        usings.push(...(p.attempt(() => parseNames(p)) ?? []));
      } else if (ends.has(p.keyword())) p.advance();
      else if (kind === 'none' && startsHead(p)) {
        const modifiers = newModifiers();
        takeModifiers(p, modifiers);
        kind = kinds.get(p.keyword()) ?? 'none';
        p.advance();
        header = p.attempt(() => parseHeader(p, modifiers, kind.replace('_', ' ')));
        // The rest of an unreadable head.
        while (!header && p.kind() !== T.end && !atSection(p)) p.advance();
      } else {
        p.reportHere(
          'E1111',
          `Expected VAR, VAR_INPUT or another block of variables, found ${p.shown()}: statements belong into the body.`,
        );
        while (p.kind() !== T.end && !atSection(p)) p.advance();
      }
      if (p.at === at) p.advance();
    }
  });
  reportPragmas(p);
  p.reportLexicalProblems();
  return {
    kind,
    name: header?.name ?? '',
    ...(header && { nameSpan: header.nameSpan }),
    ...(header?.returnType && { returnType: header.returnType }),
    ...(header?.access && { access: header.access }),
    abstract: header?.abstract ?? false,
    final: header?.final ?? false,
    override: header?.override ?? false,
    extends: header?.extends ?? [],
    implements: header?.implements ?? [],
    usings,
    blocks,
    pragmas,
  };
}

function startsHead(p: Cursor): boolean {
  const keyword = p.keyword();
  return keyword === K.FUNCTION || keyword === K.FUNCTION_BLOCK || keyword === K.PROGRAM || startsMember(p);
}
