import type { ProblemCode } from '../problem-table.js';
import type { Question } from './declared-names.js';
import type { PragmaRange, Tokens } from './token.js';

/** Answers what a pragma at an offset asks of the declarations; undefined where that is not known. */
export type Ask = (question: Question, offset: number) => boolean | undefined;

/** What a pragma of conditional compilation gets told. */
export interface PragmaFinding {
  readonly code: ProblemCode;
  readonly pragma: PragmaRange;
  readonly message: string;
}

const conditional = /^\{\s*(IF|ELSIF|ELSE|END_IF|define|undefine)\b\s*/i;
/** CODESYS sets these itself where they hold; here they do. */
const predefined: readonly (readonly [string, string])[] = [
  ['ISLITTLEENDIAN', ''],
  ['ISFPUSUPPORTED', ''],
];

/** An `{IF}` that is open. */
interface OpenIf {
  readonly pragma: PragmaRange;
  /** What is around it is read. */
  readonly outer: boolean;
  /** One of its branches was read. */
  taken: boolean;
  /** Its `{ELSE}` was there. */
  last: boolean;
}

/**
 * Carries out `{define}`, `{undefine}`, `{IF}`, `{ELSIF}`, `{ELSE}` and `{END_IF}` (CODESYS, TwinCAT): takes the tokens of branches that
 * do not hold out of `tokens`. Conditions ask `defined (NAME)` and `hasvalue (NAME, 'text')`, joined with NOT, AND and OR; a define holds
 * from its pragma to the end of the document. What is declared, `defined (type: T)`, is told by `ask` when the documents are read for
 * the second time; without it all branches of such an `{IF}` are left out. What is not known is E9103.
 */
export function applyConditions(text: string, tokens: Tokens, ask?: Ask): readonly PragmaFinding[] {
  const commands = tokens.pragmas.filter((pragma) => conditional.test(text.slice(pragma.start, pragma.start + 40)));
  if (commands.length === 0) return [];
  const findings: PragmaFinding[] = [];
  const report = (code: ProblemCode, pragma: PragmaRange, message: string): void =>
    void findings.push({ code, pragma, message });
  const defines = new Map<string, string>(predefined);
  const open: OpenIf[] = [];
  /** Pieces that are left out, by pragma. */
  const dropped: { readonly from: PragmaRange; to: PragmaRange | undefined }[] = [];
  let reads = true;
  const turn = (now: boolean, pragma: PragmaRange): void => {
    if (reads && !now) dropped.push({ from: pragma, to: undefined });
    if (!reads && now) dropped.at(-1)!.to = pragma;
    reads = now;
  };
  const holds = (condition: string, pragma: PragmaRange): boolean | 'unknown' => {
    const known = evaluate(condition, defines, ask && ((question) => ask(question, pragma.start)));
    if (known === undefined) {
      const shown = condition.length > 80 ? `${condition.slice(0, 80)}…` : condition;
      report(
        'E9103',
        pragma,
        `The condition \`${shown}\` asks for what is not known while the text is read, which is not supported: ask for a name of {define} or of a declaration, or keep the text that is wanted and remove the pragma.`,
      );
    }
    return known ?? (ask ? true : 'unknown');
  };

  for (const pragma of commands) {
    const inner = text.slice(pragma.start, pragma.end - 1);
    const [head, word] = conditional.exec(inner)!;
    const rest = inner.slice(head.length).trim();
    const innermost = open.at(-1);
    switch (word!.toUpperCase()) {
      case 'DEFINE':
      case 'UNDEFINE': {
        if (!reads) break;
        const [, name = '', value = ''] = /^(\w+)\s*(.*)$/s.exec(rest) ?? [];
        if (word!.toUpperCase() === 'DEFINE') defines.set(name.toUpperCase(), unquoted(value));
        else defines.delete(name.toUpperCase());
        break;
      }
      case 'IF': {
        const active = reads && holds(rest, pragma);
        open.push({ pragma, outer: reads, taken: active !== false, last: false });
        turn(active === true, pragma);
        break;
      }
      case 'END_IF':
        if (!innermost) report('E1104', pragma, '`{END_IF}` has no `{IF}` that it belongs to: remove it.');
        else {
          open.pop();
          turn(innermost.outer, pragma);
        }
        break;
      default: {
        const isElse = word!.toUpperCase() === 'ELSE';
        if (!innermost || innermost.last) {
          report('E1104', pragma, `\`{${word!.toUpperCase()}}\` has no \`{IF}\` that it belongs to: remove it.`);
          break;
        }
        innermost.last = isElse;
        const active = innermost.outer && !innermost.taken && (isElse || holds(rest, pragma));
        innermost.taken ||= active !== false;
        turn(active === true, pragma);
      }
    }
  }
  for (const { pragma } of open) report('E1103', pragma, 'The `{IF}` is not closed: write `{END_IF}` behind its text.');
  remove(tokens, new Set(commands), dropped);
  return findings;
}

const unquoted = (value: string): string => /^'(.*)'$/s.exec(value.trim())?.[1] ?? value.trim();

/** Undefined where the answer depends on what can't be known, or where the condition can't be read. */
function evaluate(
  condition: string,
  defines: ReadonlyMap<string, string>,
  ask: ((question: Question) => boolean | undefined) | undefined,
): boolean | undefined {
  const parts = condition.match(/'[^']*'|\w+|[^\s\w]/g) ?? [];
  let at = 0;
  const take = (word: string): boolean => {
    if (parts[at]?.toUpperCase() !== word) return false;
    at += 1;
    return true;
  };
  /** Parts joined by a word. One part that is `decisive` decides, whatever is not known of the others. */
  const joined = (word: string, decisive: boolean, part: () => boolean | undefined): boolean | undefined => {
    const values = [part()];
    while (take(word)) values.push(part());
    if (values.includes(decisive)) return decisive;
    return values.includes(undefined) ? undefined : !decisive;
  };
  const or = (): boolean | undefined => joined('OR', true, and);
  const and = (): boolean | undefined => joined('AND', false, not);
  const not = (): boolean | undefined => {
    let negated = false;
    while (take('NOT')) negated = !negated;
    const value = primary();
    return value === undefined ? undefined : value !== negated;
  };
  const primary = (): boolean | undefined => {
    if (take('(')) {
      // What nests deeper than any condition in practice is not read.
      if (at > 200) return undefined;
      const value = or();
      return take(')') ? value : undefined;
    }
    const word = parts[at]?.toUpperCase();
    at += 1;
    if (word === 'TRUE') return true;
    if (word === 'FALSE') return false;
    if (!take('(')) return undefined;
    const begin = at;
    while (at < parts.length && parts[at] !== ')') at += 1;
    const args = parts.slice(begin, at);
    if (!take(')')) return undefined;
    const name = args[0]?.toUpperCase() ?? '';
    if (word === 'DEFINED' && args.length === 1) return defines.has(name);
    if (args[1] === ':' && (word === 'DEFINED' || word === 'HASATTRIBUTE' || word === 'HASTYPE')) {
      const comma = args.indexOf(',');
      const last = comma < 0 ? args.length : comma;
      const rest = comma < 0 ? undefined : args.slice(comma + 1).join('');
      return ask?.({ operator: word, kind: name, name: args.slice(2, last).join(''), rest });
    }
    if (word === 'HASVALUE' && args.length === 3 && args[1] === ',') return defines.get(name) === unquoted(args[2]!);
    return undefined;
  };
  const value = or();
  return at >= parts.length ? value : undefined;
}

/** Takes the pieces, the problems found in them, and the pragmas that did it out of the tokens. */
function remove(
  tokens: Tokens,
  commands: ReadonlySet<PragmaRange>,
  dropped: readonly { readonly from: PragmaRange; readonly to: PragmaRange | undefined }[],
): void {
  const { kind, keyword, start, end, lineBreak, pragmas, problems, badMessages } = tokens;
  // Without its {END_IF} a piece is left as it is: one error is enough.
  const pieces = dropped.flatMap(({ from, to }) => (to ? [{ from: from.end, to: to.start }] : []));
  let piece = 0;
  const isDropped = (offset: number): boolean => {
    while (piece < pieces.length && pieces[piece]!.to <= offset) piece += 1;
    return piece < pieces.length && offset >= pieces[piece]!.from;
  };
  const moved: number[] = [];
  const bad = new Map(badMessages);
  badMessages.clear();
  let kept = 0;
  let gap = false;
  for (let i = 0; i < tokens.count; i += 1) {
    moved.push(kept);
    // The last token is the end of the text.
    if (i < tokens.count - 1 && isDropped(start[i]!)) {
      gap = true;
      continue;
    }
    kind[kept] = kind[i]!;
    keyword[kept] = keyword[i]!;
    start[kept] = start[i]!;
    end[kept] = end[i]!;
    lineBreak[kept] = gap ? 1 : lineBreak[i]!;
    const message = bad.get(i);
    if (message) badMessages.set(kept, message);
    gap = false;
    kept += 1;
  }
  moved.push(kept);
  tokens.count = kept;
  const within = (offset: number): boolean => pieces.some(({ from, to }) => offset >= from && offset < to);
  const rest = pragmas.filter((pragma) => !commands.has(pragma) && !within(pragma.start));
  pragmas.splice(0, pragmas.length, ...rest.map((pragma) => ({ ...pragma, before: moved[pragma.before]! })));
  problems.splice(0, problems.length, ...problems.filter((one) => one.rest || !within(one.start)));
}
