import type { Actor, LastWriter } from '../model/event.js';

/** How often clients have written a variable, and who did so last. */
export interface Generation extends LastWriter {
  readonly count: bigint;
}

/** One step in the life of the host's small durable state. Absolute, so that doing it twice does no harm. */
export type StateChange =
  /** What a runtime is to do after a restart. */
  | { readonly kind: 'desired'; readonly runtime: string; readonly state: 'RUN' | 'STOP' | undefined }
  | { readonly kind: 'generation'; readonly project: string; readonly path: string; readonly generation: Generation }
  /** All generations of a project go. */
  | { readonly kind: 'forget'; readonly project: string }
  /** The answer to a mutating call, kept for ten minutes. `digest` stands for the body of the request. */
  | {
      readonly kind: 'answer';
      readonly id: string;
      readonly digest: string;
      readonly answer: Uint8Array;
      readonly timeNs: bigint;
    }
  /** Anything else that must survive: persistent forces, profile, project path ... `value` is text; undefined removes. */
  | { readonly kind: 'value'; readonly key: string; readonly value: string | undefined };

export interface KnownAnswer {
  readonly digest: string;
  readonly answer: Uint8Array;
  readonly timeNs: bigint;
}

/** The state in memory. What is applied here must also be journaled, as the bytes that `encodeChanges` gives. */
export interface StateTable {
  apply(changes: readonly StateChange[]): void;
  desired(runtime: string): 'RUN' | 'STOP' | undefined;
  generation(project: string, path: string): Generation | undefined;
  answer(id: string, nowNs: bigint): KnownAnswer | undefined;
  /** The call was never in force after all. */
  forgetAnswer(id: string): void;
  value(key: string): string | undefined;
  /** Keys with a prefix, in order of insertion. */
  keys(prefix: string): readonly string[];
  /** All of it as changes, for a checkpoint. Changes applied while it is read may or may not be in it. */
  everything(): IterableIterator<StateChange>;
  /** Answers that had to go before their ten minutes, because there were too many. */
  droppedAnswers(): number;
}

export const answerLifeNs = 10n * 60n * 1_000_000_000n;
/** Beyond these the oldest answers go early. */
const maxAnswers = 200_000;
const maxAnswerBytes = 32 * 1024 * 1024;

export function createStateTable(): StateTable {
  const desired = new Map<string, 'RUN' | 'STOP'>();
  const generations = new Map<string, Map<string, Generation>>();
  /** Their bytes as characters: an array of bytes of its own costs each small answer some 150 bytes more. */
  const answers = new Map<string, { readonly digest: string; readonly text: string; readonly timeNs: bigint }>();
  const values = new Map<string, string>();
  let answerBytes = 0;
  let dropped = 0;

  const forgetAnswer = (id: string): void => {
    const known = answers.get(id);
    if (!known) return;
    answers.delete(id);
    answerBytes -= known.text.length;
  };
  const addAnswer = (id: string, { digest, answer, timeNs }: KnownAnswer): void => {
    forgetAnswer(id);
    const text = Buffer.from(answer.buffer, answer.byteOffset, answer.length).toString('latin1');
    answers.set(id, { digest, text, timeNs });
    answerBytes += text.length;
    // In order of insertion, so the expired ones are in front.
    for (const [oldId, old] of answers) {
      const expired = old.timeNs + answerLifeNs < timeNs;
      if (!expired && answers.size <= maxAnswers && answerBytes <= maxAnswerBytes) break;
      if (!expired) dropped += 1;
      forgetAnswer(oldId);
    }
  };
  const known = (id: string): KnownAnswer | undefined => {
    const kept = answers.get(id);
    return kept && { digest: kept.digest, answer: Buffer.from(kept.text, 'latin1'), timeNs: kept.timeNs };
  };
  const apply = (change: StateChange): void => {
    switch (change.kind) {
      case 'desired':
        if (change.state === undefined) desired.delete(change.runtime);
        else desired.set(change.runtime, change.state);
        return;
      case 'generation': {
        let ofProject = generations.get(change.project);
        if (!ofProject) generations.set(change.project, (ofProject = new Map<string, Generation>()));
        ofProject.set(change.path, change.generation);
        return;
      }
      case 'forget':
        generations.delete(change.project);
        return;
      case 'answer':
        addAnswer(change.id, change);
        return;
      case 'value':
        if (change.value === undefined) values.delete(change.key);
        else values.set(change.key, change.value);
        return;
      default:
        change satisfies never;
    }
  };

  return {
    apply: (changes) => {
      for (const change of changes) apply(change);
    },
    desired: (runtime) => desired.get(runtime),
    generation: (project, path) => generations.get(project)?.get(path),
    answer: (id, nowNs) => {
      const kept = answers.get(id);
      if (kept && kept.timeNs + answerLifeNs < nowNs) forgetAnswer(id);
      return known(id);
    },
    forgetAnswer,
    value: (key) => values.get(key),
    keys: (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)),
    droppedAnswers: () => dropped,
    *everything() {
      for (const [runtime, state] of desired) yield { kind: 'desired', runtime, state };
      for (const [project, ofProject] of generations) {
        for (const [path, generation] of ofProject) yield { kind: 'generation', project, path, generation };
      }
      for (const [key, value] of values) yield { kind: 'value', key, value };
      for (const id of answers.keys()) yield { kind: 'answer', id, ...known(id)! };
    },
  };
}

/** UTF-8 text, one change a line, for an attachment of a journal record. */
export function encodeChanges(changes: readonly StateChange[]): Uint8Array {
  return new TextEncoder().encode(changes.map(lineOf).join('\n'));
}

export function lineOf(change: StateChange): string {
  switch (change.kind) {
    case 'desired':
      return JSON.stringify(['d', change.runtime, change.state ?? null]);
    case 'generation': {
      const { count, by, scan, timeNs } = change.generation;
      return JSON.stringify(['g', change.project, change.path, String(count), by.kind, by.name, scan, String(timeNs)]);
    }
    case 'forget':
      return JSON.stringify(['f', change.project]);
    case 'answer':
      return JSON.stringify([
        'a',
        change.id,
        change.digest,
        Buffer.from(change.answer).toString('base64'),
        String(change.timeNs),
      ]);
    case 'value':
      return JSON.stringify(['v', change.key, change.value ?? null]);
  }
}

/** What `encodeChanges` wrote. Its bytes stand under a checksum; lines of a kind that this version does not know are left out. */
export function decodeChanges(bytes: Uint8Array): StateChange[] {
  if (bytes.length === 0) return [];
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString()
    .split('\n')
    .flatMap((line) => changeOf(line) ?? []);
}

export function changeOf(line: string): StateChange | undefined {
  const f = JSON.parse(line) as (string | number | null)[];
  const text = (i: number): string => String(f[i]);
  switch (f[0]) {
    case 'd':
      return { kind: 'desired', runtime: text(1), state: f[2] === 'RUN' || f[2] === 'STOP' ? f[2] : undefined };
    case 'g':
      return {
        kind: 'generation',
        project: text(1),
        path: text(2),
        generation: {
          count: BigInt(text(3)),
          by: { kind: text(4) as Actor['kind'], name: text(5) },
          scan: Number(f[6]),
          timeNs: BigInt(text(7)),
        },
      };
    case 'f':
      return { kind: 'forget', project: text(1) };
    case 'a':
      return {
        kind: 'answer',
        id: text(1),
        digest: text(2),
        answer: Buffer.from(text(3), 'base64'),
        timeNs: BigInt(text(4)),
      };
    case 'v':
      return { kind: 'value', key: text(1), value: f[2] === null ? undefined : text(2) };
    default:
      return undefined;
  }
}
