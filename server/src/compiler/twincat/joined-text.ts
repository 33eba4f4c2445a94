import type { SourceText } from '../../model/source-span.js';
import type { XmlDocument, XmlElement } from '../plcopen/xml-tree.js';
import { sourceOf, textOf } from '../plcopen/xml-tree.js';

/** Program text put together from pieces of a document, with the words between them that the document leaves out. */
export interface JoinedText {
  /** The text within an element, behind its first `skipped` characters, and the end of its last line. */
  add(element: XmlElement | undefined, skipped?: number): void;
  /** Words that stand nowhere; findings about them stand at `offset` of the document. */
  say(words: string, offset: number): void;
  /** Positions in it are those of the document. */
  source(): SourceText;
}

export function createJoinedText(document: XmlDocument): JoinedText {
  const parts: string[] = [];
  const pieces: { at: number; offset: number }[] = [];
  let length = 0;
  const push = (text: string): void => {
    parts.push(text);
    length += text.length;
  };
  return {
    add(element, skipped = 0) {
      if (!element) return;
      const { text, pieces: own } = textOf(document, element);
      for (const { at, offset } of own) pieces.push({ at: length + at, offset });
      push(' '.repeat(skipped) + text.slice(skipped));
      pieces.push({ at: length, offset: element.contentEnd });
      push('\n');
    },
    say(words, offset) {
      pieces.push({ at: length, offset });
      push(`${words}\n`);
    },
    source: () => sourceOf(document, { text: parts.join(''), pieces }, { language: 'ST' }),
  };
}
