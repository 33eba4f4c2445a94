import { compile, type SourceDocument } from '../compiler/compile.js';
import { internalErrorCode } from '../compiler/problem-table.js';
import { defaultProfile, findProfile, type Profile } from '../compiler/profile.js';
import { HostError } from '../model/host-error.js';
import type { BuildResult } from '../model/program-image.js';

export interface DocumentsBuild extends BuildResult {
  /** Code of the finding that stands for a defect of the compiler. */
  readonly internalErrorCode: string;
}

/** Builds documents in this thread, under a profile by name (`decisions` replace its own). NOT_FOUND where there is no such profile. */
export function buildDocuments(
  name: string,
  documents: readonly SourceDocument[],
  profile?: string,
  decisions: Partial<Profile> = {},
): DocumentsBuild {
  const found = profile === undefined ? defaultProfile : findProfile(profile);
  if (!found)
    throw new HostError('NOT_FOUND', `There is no profile '${profile}'; use iec, codesys, matiec or twincat.`, {
      profile: profile ?? '',
    });
  return { ...compile({ name, documents, profile: { ...found, ...decisions } }), internalErrorCode };
}

export { isSyntaxCode } from '../compiler/problem-table.js';
