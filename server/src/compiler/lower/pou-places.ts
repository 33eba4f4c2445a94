import type { Language, SourceSpan, SourceText } from '../../model/source-span.js';
import type { PouDeclaration } from '../syntax/ast.js';

/** A place in a POU's own texts that holds wherever the POU stands. */
export interface RelativePlace {
  /** Number of the text among those of the POU; or, in the text that holds the whole POU, what the source says besides. */
  readonly text: number | { readonly pou: string; readonly language: Language };
  readonly start: number;
  readonly end: number;
}

/** Turns places in one version of a POU into places in another that is equal. */
export interface PouPlaces {
  /** Undefined outside of the POU. */
  relative(span: SourceSpan): RelativePlace | undefined;
  absolute(place: RelativePlace): SourceSpan;
}

/** Places within a declaration whose bodies are statements. */
export function placesOf(pou: PouDeclaration): PouPlaces {
  const own = pou.span;
  const shared = new Map<string, SourceText>([[`${own.source.language} ${own.source.pou}`, own.source]]);
  let list: readonly SourceText[] | undefined;
  const texts = (): readonly SourceText[] => (list ??= [...textsIn(pou)]);
  return {
    relative({ source, start, end }) {
      // In a plain file all POUs are in one text.
      if (source.pou !== undefined && source.origin?.document.text === own.source.text) {
        if (start < own.start || end > own.end) return undefined;
        const { pou: name, language } = source;
        return { text: { pou: name, language }, start: start - own.start, end: end - own.start };
      }
      const text = texts().indexOf(source);
      return text < 0 ? undefined : { text, start, end };
    },
    absolute({ text, start, end }) {
      if (typeof text === 'number') return { source: texts()[text]!, start, end };
      const key = `${text.language} ${text.pou}`;
      let source = shared.get(key);
      if (!source) {
        source = { ...own.source, ...text };
        shared.set(key, source);
      }
      return { source, start: start + own.start, end: end + own.start };
    },
  };
}

/** Texts of all spans in a tree, each once, in order of the tree. */
function textsIn(tree: unknown): ReadonlySet<SourceText> {
  const found = new Set<SourceText>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const one of value) visit(one);
      return;
    }
    for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
      if (!/span$/i.test(key)) visit(inner);
      else if (inner !== undefined) found.add((inner as SourceSpan).source);
    }
  };
  visit(tree);
  return found;
}
