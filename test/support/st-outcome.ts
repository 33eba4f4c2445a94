import { compile } from '../../server/src/compiler/compile.js';
import { findProfile } from '../../server/src/compiler/profile.js';
import type { Diagnostic } from '../../server/src/model/diagnostic.js';
import { fastest } from './fastest.js';

/** Whose the reason is that a source is not accepted. */
export type Blame = 'own error' | 'missing' | 'dialect' | 'ours';

/** What becomes of a plain source from the field that is compiled alone. */
export interface StOutcome {
  readonly accepted: boolean;
  /** Profile that accepts it, or in which the reason was found. */
  readonly profile: string;
  /** The first error: code, place, message. */
  readonly reason: string;
  readonly blame: Blame | '';
  readonly milliseconds: number;
}

/** Nothing declares what the source names: it belongs to a library or stands in another file of its project. */
const missingCodes = new Set(['E0017', 'E2002', 'E2017', 'E5003', 'E7006']);
/** Constructs that only one compiler has. */
const dialectCodes = new Set(['E9101', 'E9102', 'E9103', 'E9104', 'E9105', 'E1107', 'E1108']);

/**
 * By the code of the first error; what the code alone does not tell was decided by reading the source, and stands in
 * `decided`: the file's name without its ending, and why.
 */
const decided: ReadonlyMap<string, Blame> = new Map([
  // Intrinsics and constants of the compiler whose library this is.
  ['st-5d73c7d358', 'dialect'],
  ['st-aa6e252b52', 'dialect'],
  ['st-61d64ca019', 'dialect'],
  // PI is a global of a library.
  ['st-2ee10c3cc5', 'missing'],
  ['st-e4db3ef94a', 'missing'],
  // ANY as a type that stands for every one.
  ['st-ab2feb5fe1', 'dialect'],
  ['st-a0e16c439f', 'dialect'],
  // #name of Siemens SCL.
  ['st-352994b659', 'dialect'],
]);

export function stOutcome(id: string, content: Uint8Array, form: string): StOutcome {
  const { result, milliseconds } = fastest(() => outcomeOf(id, content, form), 2000);
  return { ...result, milliseconds };
}

function outcomeOf(id: string, content: Uint8Array, form: string): Omit<StOutcome, 'milliseconds'> {
  const first = form.startsWith('TcPOU') ? 'twincat' : 'iec';
  const errors = errorsOf(id, content, first);
  const accepted = (profile: string) => ({ accepted: true, profile, reason: '', blame: '' }) as const;
  if (errors.length === 0) return accepted(first);
  if (first === 'iec' && errorsOf(id, content, 'codesys').length === 0) return accepted('codesys');
  const error = errors[0]!;
  return {
    accepted: false,
    profile: first,
    reason: `${error.code} ${error.line ?? 1}:${error.column ?? 1} ${error.message}`,
    blame: decided.get(id) ?? blameOf(error),
  };
}

function errorsOf(id: string, content: Uint8Array, profile: string): Diagnostic[] {
  const name = `${id}.st`;
  const { diagnostics } = compile({ name, documents: [{ name, content }], profile: findProfile(profile)! });
  return diagnostics.filter(({ severity }) => severity === 'error');
}

function blameOf({ code, message }: Diagnostic): Blame {
  if (missingCodes.has(code)) return 'missing';
  if (code === 'E2001') return /^There is no function/.test(message) ? 'missing' : 'own error';
  if (dialectCodes.has(code)) return 'dialect';
  return /^E(8|9)/.test(code) ? 'ours' : 'own error';
}
