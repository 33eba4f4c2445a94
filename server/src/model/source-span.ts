/** The IEC 61131-3 languages, and CODESYS' CFC. */
export type Language = 'ST' | 'IL' | 'LD' | 'FBD' | 'CFC' | 'SFC';

/** A graphical element of a body, as TC6 XML names it. Coordinates are those of the document. */
export interface GraphicElement {
  readonly localId: string;
  /** TC6 element name: `contact`, `coil`, `block`, `inVariable`, `step`, `transition` ... */
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  /** Rung or network number from 1, where the body has networks. */
  readonly rung?: number;
}

/** A piece of program text: a whole file, the body of a POU, or the expression inside one graphical element. */
export interface SourceText {
  /** Path or name of the document, as the user gave it. */
  readonly file: string;
  readonly text: string;
  readonly language: Language;
  /** Name of the POU the text belongs to; absent for a plain file that declares POUs itself. */
  readonly pou?: string;
  /** Line and column (from 1) that the first character of `text` has for the user. */
  readonly firstLine: number;
  readonly firstColumn: number;
  readonly element?: GraphicElement;
  /**
   * Where `text` comes from, when it is no unbroken piece of its document (entities, CDATA, markup in XML): `firstLine` and
   * `firstColumn` then don't matter.
   */
  readonly origin?: TextOrigin;
}

/** From `at` on (UTF-16 offset in the text), characters stand at `offset` and up in the document. Sorted; the first `at` is 0. */
export interface TextOrigin {
  readonly document: { readonly text: string };
  readonly pieces: readonly { readonly at: number; readonly offset: number }[];
}

/** A half-open range of UTF-16 offsets, `start` to `end`, in one text. */
export interface SourceSpan {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** 1-based line and column, in UTF-16 code units; CR LF, LF and CR each end a line. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

const lineStarts = new WeakMap<{ readonly text: string }, number[]>();

function startsOf(source: { readonly text: string }): number[] {
  const known = lineStarts.get(source);
  if (known) return known;
  const starts = [0];
  const { text } = source;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  lineStarts.set(source, starts);
  return starts;
}

/** Index of the last entry that `reached` accepts; entry 0 always counts as reached. */
function lastReached(length: number, reached: (index: number) => boolean): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (reached(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The user's line and column of an offset in `source`; offsets past the end give the end. */
export function lineColumn(source: SourceText, offset: number): LineColumn {
  const { origin } = source;
  if (origin) {
    const { document, pieces } = origin;
    const within = Math.min(offset, source.text.length);
    const piece = pieces[lastReached(pieces.length, (i) => pieces[i]!.at <= within)];
    return lineColumnIn(
      { text: document.text, firstLine: 1, firstColumn: 1 },
      startsOf(document),
      piece ? piece.offset + (within - piece.at) : 0,
    );
  }
  return lineColumnIn(source, startsOf(source), offset);
}

function lineColumnIn(
  source: Pick<SourceText, 'text' | 'firstLine' | 'firstColumn'>,
  starts: readonly number[],
  offset: number,
): LineColumn {
  const low = lastReached(starts.length, (i) => starts[i]! <= offset);
  const column = Math.min(offset, source.text.length) - starts[low]! + 1;
  return low === 0
    ? { line: source.firstLine, column: column + source.firstColumn - 1 }
    : { line: source.firstLine + low, column };
}
