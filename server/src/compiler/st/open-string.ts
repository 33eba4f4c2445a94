import { T, type Cursor } from './cursor.js';

/** The token before is a string without its closing mark, which may hold the semicolon; that has been reported. */
export function endsInOpenString(p: Cursor): boolean {
  const kind = p.kind(-1);
  if (kind !== T.string && kind !== T.wstring) return false;
  const text = p.word(-1);
  return p.lineBreak() && (text.length < 2 || !text.endsWith(kind === T.string ? "'" : '"'));
}
