import type { BuildResult } from '../model/program-image.js';
import type { Profile } from './profile.js';

export interface SourceDocument {
  /** Path or name shown in findings. The ending tells the form: .xml PLCopen; .st .iecst .exp .il and others plain text. */
  readonly name: string;
  readonly content: string | Uint8Array;
}
export interface CompileInput {
  readonly name: string;
  readonly documents: readonly SourceDocument[];
  readonly profile: Profile;
  /** Also make `instrumentedWasm`. */
  readonly instrument?: boolean;
}

/** Compiles documents to an image. Pure and deterministic; findings about the program are in the result, never thrown. */
export function compile(input: CompileInput): BuildResult {
  throw new Error(`compile is not wired yet: ${input.name}`);
}
