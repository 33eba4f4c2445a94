/** How a document is written: PLCopen XML, an object of TwinCAT (XML around Structured Text), or plain text of ST and IL. */
export type DocumentForm = 'plcopen' | 'twincat' | 'text';

/** Endings of TwinCAT's objects: program units, data types, lists of globals, interfaces, tasks. */
export const twincatEndings: readonly string[] = ['.tcpou', '.tcdut', '.tcgvl', '.tcio', '.tctto'];

/** By the ending of the name. */
export function formOf(name: string): DocumentForm {
  const folded = name.toLowerCase();
  if (folded.endsWith('.xml')) return 'plcopen';
  return twincatEndings.some((ending) => folded.endsWith(ending)) ? 'twincat' : 'text';
}
