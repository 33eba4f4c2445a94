import { compile, type LoweringMemory, type SourceDocument } from '../compiler/compile.js';
import { internalErrorCode } from '../compiler/problem-table.js';
import { defaultProfile, findProfile, type Profile } from '../compiler/profile.js';
import { HostError } from '../model/host-error.js';
import type { BuildResult } from '../model/program-image.js';

export interface DocumentsBuild extends BuildResult {
  /** Code of the finding that stands for a defect of the compiler. */
  readonly internalErrorCode: string;
}

export interface BuildSettings {
  /** Replace those of the profile. */
  readonly decisions?: Partial<Profile>;
  /** What earlier builds of the project left. */
  readonly memory?: LoweringMemory;
}

/** Builds documents in this thread, under a profile by name. NOT_FOUND where there is no such profile. */
export function buildDocuments(
  name: string,
  documents: readonly SourceDocument[],
  profile?: string,
  { decisions, memory }: BuildSettings = {},
): DocumentsBuild {
  const found = profile === undefined ? defaultProfile : findProfile(profile);
  if (!found)
    throw new HostError('NOT_FOUND', `There is no profile '${profile}'; use iec, codesys, matiec or twincat.`, {
      profile: profile ?? '',
    });
  // The profile itself where nothing is replaced: what is kept for it is kept by identity.
  const used = decisions ? { ...found, ...decisions } : found;
  return { ...compile({ name, documents, profile: used, ...(memory && { memory }) }), internalErrorCode };
}

export { isSyntaxCode } from '../compiler/problem-table.js';
