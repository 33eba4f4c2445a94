import { parseInstructions, startsIl } from '../il/parse-il.js';
import type { Body } from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { parseStatementList } from './parse-statement.js';
import { takeForeignCode } from './pragma.js';

/** A body in Structured Text or Instruction List; its first tokens tell which. */
export function parseTextBody(p: Cursor): Body {
  const open = p.closers.splice(0);
  const il = startsIl(p);
  const before = p.enterSource({ language: il ? 'IL' : 'ST' });
  const from = p.at;
  let body: Body;
  if (il) body = { kind: 'il', instructions: parseInstructions(p, false) };
  else {
    const statements = parseStatementList(p);
    const foreign = takeForeignCode(p, from);
    body = { kind: 'statements', language: 'ST', statements, ...(foreign && { foreign }) };
  }
  p.leaveSource(before);
  p.closers.push(...open);
  return body;
}
