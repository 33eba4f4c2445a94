/**
 * The words that mean something to the grammar, in upper case. Index + 1 is the keyword number that tokens carry. IEC 61131-3:2013, annex A.
 * The first part is reserved: such a word can't name anything. The rest is contextual: real programs name variables `step`, `R` or `class`.
 */
const reserved = [
  'IF', 'THEN', 'ELSIF', 'ELSE', 'END_IF', 'CASE', 'OF', 'END_CASE', 'FOR', 'TO', 'BY', 'DO', 'END_FOR', 'WHILE', 'END_WHILE',
  'REPEAT', 'UNTIL', 'END_REPEAT', 'EXIT', 'RETURN', 'AND', 'OR', 'XOR', 'NOT', 'MOD', 'TRUE', 'FALSE',
  'VAR', 'VAR_INPUT', 'VAR_OUTPUT', 'VAR_IN_OUT', 'VAR_TEMP', 'VAR_STAT', 'VAR_INST', 'VAR_GLOBAL', 'VAR_EXTERNAL', 'VAR_CONFIG',
  'VAR_ACCESS', 'END_VAR', 'FUNCTION', 'END_FUNCTION', 'FUNCTION_BLOCK', 'END_FUNCTION_BLOCK', 'PROGRAM', 'END_PROGRAM', 'TYPE',
  'END_TYPE', 'STRUCT', 'END_STRUCT', 'ARRAY', 'END_UNION', 'END_CLASS', 'END_INTERFACE', 'END_METHOD', 'END_PROPERTY', 'END_GET',
  'END_SET', 'END_ACTION', 'END_ACTIONS', 'END_NAMESPACE', 'CONFIGURATION', 'END_CONFIGURATION', 'END_RESOURCE', 'INITIAL_STEP',
  'END_STEP', 'END_TRANSITION', 'REF_TO',
] as const; // prettier-ignore
const contextual = [
  'CLASS', 'INTERFACE', 'METHOD', 'PROPERTY', 'PROPERTY_GET', 'PROPERTY_SET', 'GET', 'SET', 'ACTION', 'ACTIONS', 'NAMESPACE', 'USING', 'UNION', 'OVERLAP', 'RESOURCE',
  'STEP', 'TRANSITION', 'FROM', 'TASK', 'WITH', 'ON', 'AT', 'PRIORITY', 'INTERVAL', 'SINGLE', 'EXTENDS', 'IMPLEMENTS', 'ABSTRACT',
  'FINAL', 'OVERRIDE', 'PUBLIC', 'PRIVATE', 'PROTECTED', 'INTERNAL', 'CONSTANT', 'RETAIN', 'NON_RETAIN', 'PERSISTENT', 'R_EDGE',
  'F_EDGE', 'READ_ONLY', 'READ_WRITE', 'POINTER', 'REFERENCE', 'POINTER_TO', 'REFERENCE_TO', 'REF', 'THIS', 'SUPER',
  'NULL', 'AND_THEN', 'OR_ELSE', 'CONTINUE', 'JMP', 'STRING', 'WSTRING', 'S', 'R', 'EN', 'ENO', 'MACRO', 'END_MACRO',
  // Words that are nearly keywords, for messages only.
  'ELSEIF', 'ELIF', 'ENDIF', 'ENDFOR', 'ENDWHILE', 'ENDCASE', 'ENDREPEAT', 'END_FUNCTIONBLOCK', 'ENDFUNCTION', 'ENDPROGRAM',
  'SWITCH', 'GOTO', 'END', 'BEGIN', 'NEXT', 'WEND',
] as const; // prettier-ignore

export type KeywordName = (typeof reserved)[number] | (typeof contextual)[number];
const words: readonly KeywordName[] = [...reserved, ...contextual];

/** Numbers of the keywords by name, from 1. */
export const Keyword = Object.freeze(Object.fromEntries(words.map((word, i) => [word, i + 1]))) as Readonly<
  Record<KeywordName, number>
>;
export const lastReserved = reserved.length;

const reservedWords: ReadonlySet<string> = new Set(reserved);

/** Whether a word, in any case, can't name anything. */
export const isReservedWord = (word: string): boolean => reservedWords.has(word.toUpperCase());

/** The keyword with this number, in upper case. */
export function keywordName(keyword: number): string {
  return words[keyword - 1] ?? '';
}

// Open addressing: a word's hash decides where it is looked for, its characters whether it is found.
const tableSize = 1024;
const table = new Uint8Array(tableSize);
for (const [i, word] of words.entries()) {
  let hash = 0;
  for (let k = 0; k < word.length; k += 1) hash = (Math.imul(hash, 31) + word.charCodeAt(k)) | 0;
  let slot = (hash ^ (hash >>> 12)) & (tableSize - 1);
  while (table[slot] !== 0) slot = (slot + 1) & (tableSize - 1);
  table[slot] = i + 1;
}
const longest = Math.max(...words.map((word) => word.length));

/** Keyword number of the word at `start`..`end`, or 0. `hash` is that of its upper-case characters, h = 31 h + c. */
export function findKeyword(text: string, start: number, end: number, hash: number): number {
  const length = end - start;
  if (length > longest) return 0;
  let slot = (hash ^ (hash >>> 12)) & (tableSize - 1);
  for (;;) {
    const keyword = table[slot]!;
    if (keyword === 0) return 0;
    const word = words[keyword - 1]!;
    if (word.length === length) {
      let k = 0;
      for (; k < length; k += 1) {
        const c = text.charCodeAt(start + k);
        if (word.charCodeAt(k) !== (c >= 97 && c <= 122 ? c - 32 : c)) break;
      }
      if (k === length) return keyword;
    }
    slot = (slot + 1) & (tableSize - 1);
  }
}
