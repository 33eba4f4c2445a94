import { compile } from '../../server/src/compiler/compile.js';
import { defaultProfile, type Profile } from '../../server/src/compiler/profile.js';
import type { Diagnostic } from '../../server/src/model/diagnostic.js';
import { fastest } from './fastest.js';

/** What becomes of a document from the field when it is compiled alone. */
export interface DocumentOutcome {
  /** `missing`: all its errors are about names that it uses and no document declares, so a library is missing. */
  readonly kind: 'loads' | 'missing' | 'malformed' | 'unsupported' | 'error' | 'internal';
  /** Missing names, or the first error with its place. */
  readonly detail: string;
  readonly milliseconds: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Errors that a missing library explains: names, types, interfaces, programs, globals that nothing declares. */
const missingCodes = new Set(['E0017', 'E2001', 'E2002', 'E2017', 'E5003', 'E7006']);

export function documentOutcome(name: string, content: Uint8Array, profile: Profile = defaultProfile): DocumentOutcome {
  const { result, milliseconds } = fastest(() => compile({ name, documents: [{ name, content }], profile }), 2000);
  const { diagnostics } = result;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const outcome = (kind: DocumentOutcome['kind'], detail: string): DocumentOutcome => ({
    kind,
    detail,
    milliseconds,
    diagnostics,
  });
  const [first] = errors;
  if (!first) return outcome('loads', '');
  const other = errors.find(({ code }) => !missingCodes.has(code));
  if (!other) {
    const names = new Set(errors.map(({ message }) => /'([^']+)'/.exec(message)?.[1] ?? message));
    const shown = [...names].sort((a, b) => (a < b ? -1 : 1));
    return outcome(
      'missing',
      `${shown.slice(0, 12).join(', ')}${shown.length > 12 ? ` and ${shown.length - 12} more` : ''}`,
    );
  }
  const at = `${other.code} ${other.pou === undefined ? '' : `${other.pou} `}${other.line === undefined ? '' : `${other.line}:${other.column ?? 1} `}`;
  const detail = `${at}${other.message}`;
  if (other.code === 'E9999') return outcome('internal', detail);
  if (/^E9|^E001[56]$|^E6012$/.test(other.code)) return outcome('unsupported', detail);
  return outcome(/^E[016]/.test(other.code) ? 'malformed' : 'error', detail);
}
