/** Kinds of token. Words are all `word`; which of them are keywords is in `Tokens.keyword`, as most keywords are contextual. */
export const TokenKind = {
  end: 0,
  word: 1,
  /** `INT#`, `Color#`: a word and the `#` that follows it at once. */
  prefix: 2,
  int: 3,
  real: 4,
  string: 5,
  wstring: 6,
  /** `T#1h`, whole. */
  duration: 7,
  /** `D#...`, `TOD#...`, `DT#...` and their long forms, whole. */
  date: 8,
  /** `%IX0.0`, `%I*`. */
  direct: 9,
  /** `%X3`, `%B1` after a dot. */
  partial: 10,
  /** A character that starts no token; its message is in `Tokens.badMessages`. */
  bad: 11,
  assign: 12, // :=
  arrow: 13, // =>
  attempt: 14, // ?=
  semicolon: 15,
  colon: 16,
  comma: 17,
  dot: 18,
  range: 19, // ..
  ellipsis: 20, // ...
  openParen: 21,
  closeParen: 22,
  openBracket: 23,
  closeBracket: 24,
  caret: 25,
  plus: 26,
  minus: 27,
  star: 28,
  power: 29,
  slash: 30,
  ampersand: 31,
  equal: 32,
  notEqual: 33,
  less: 34,
  lessEqual: 35,
  greater: 36,
  greaterEqual: 37,
  /** Operators of other languages: `==`, `!=`, `&&`, `||`, `!`, `%`, `+=`, `++` ... */
  foreign: 38,
} as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

/** Characters that are a token by themselves. */
export const single = new Uint8Array(128);
single[59] = TokenKind.semicolon;
single[44] = TokenKind.comma;
single[41] = TokenKind.closeParen;
single[91] = TokenKind.openBracket;
single[93] = TokenKind.closeBracket;
single[94] = TokenKind.caret;

/** A piece of text between braces, and the index of the token that follows it. */
export interface PragmaRange {
  readonly start: number;
  readonly end: number;
  readonly before: number;
}

/** A finding of the lexer that does not stop the parser. */
export interface LexicalProblem {
  readonly code: 'E1001' | 'E1002' | 'E1003' | 'W1003' | 'E1004' | 'E1009' | 'E1010' | 'E1012' | 'E8001' | 'E8002';
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** Nothing behind it could be read. */
  readonly rest?: true;
  /** Replacement of the range, where one is certain. */
  readonly replacement?: string;
}

/** What is wrong with a token of kind `bad`, and what stands for it where that is certain. */
export interface BadToken {
  readonly message: string;
  readonly replacement?: string;
}

/** Tokens as parallel arrays, of which `count` entries count; offsets are UTF-16 offsets of the whole text. The last token is `end`. */
export interface Tokens {
  count: number;
  readonly kind: Uint8Array;
  /** `Keyword` number of a word, 0 for a plain name. */
  readonly keyword: Uint16Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** 1 when a line break stands between this token and the one before. */
  readonly lineBreak: Uint8Array;
  readonly pragmas: PragmaRange[];
  readonly problems: LexicalProblem[];
  readonly badMessages: Map<number, BadToken>;
}
