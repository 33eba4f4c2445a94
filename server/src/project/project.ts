import { basename, extname } from 'node:path';
import type { SourceDocument } from '../compiler/compile.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { ErrorReason } from '../model/host-error.js';
import { HostError } from '../model/host-error.js';
import type { BuildResult, ProgramImage } from '../model/program-image.js';
import type { Compiler } from './compiler.js';
import { readProjectFiles } from './project-files.js';
import { maxDocumentBytes } from './read-documents.js';
import { sourcesDigest } from './sources-digest.js';

export type { SourceDocument };

/** Where sources come from. */
export type ProjectSource =
  | { readonly kind: 'path'; readonly path: string; readonly roots: readonly string[] }
  | { readonly kind: 'inline'; readonly name: string; readonly documents: readonly SourceDocument[] };

/** Sources as they were read. */
export interface ProjectSources {
  readonly name: string;
  /** Real path of the file or directory; absent for inline content. */
  readonly path?: string;
  /** Digest of the files at the path as they were read or written last; the documents may be ahead of them. */
  readonly base?: string;
  readonly documents: readonly SourceDocument[];
}

/** An open project: its sources and what came of them. Immutable; a change makes another. */
export interface Project extends ProjectSources {
  /** Counts accepted changes of the sources, from 1. */
  readonly revision: number;
  readonly profile: string;
  /** Newest image that builds; absent where none ever did. */
  readonly image?: ProgramImage;
  /** Findings of the newest build. */
  readonly diagnostics: readonly Diagnostic[];
  /** The newest build has no error. */
  readonly valid: boolean;
}

/** A refused project, with its findings. */
export class ProjectRefused extends HostError {
  constructor(
    reason: ErrorReason,
    message: string,
    readonly diagnostics: readonly Diagnostic[],
  ) {
    super(reason, message, { code: diagnostics.find((d) => d.severity === 'error')?.code ?? '' });
  }
}

export const maxInlineBytes = maxDocumentBytes;

/** Reads sources; the errors of `readProjectFiles`. */
export async function readSources(source: ProjectSource): Promise<ProjectSources> {
  if (source.kind === 'path') {
    const { path, documents } = await readProjectFiles(source.path, source.roots);
    // Many editors empty a file before they write it.
    if (documents.every(({ content }) => content.length === 0))
      throw new HostError('FILE_CHANGED', `'${path}' is empty; try again when it is written.`, { path });
    return { name: titleOf(path), path, base: sourcesDigest(documents), documents };
  }
  const { documents } = source;
  if (documents.length === 0) throw new HostError('INVALID_REQUEST', 'The project has no document; send at least one.');
  const size = documents.reduce((sum, d) => sum + d.content.length, 0);
  if (size > maxInlineBytes) {
    throw new HostError(
      'TOO_LARGE',
      `The documents have ${size} bytes together, at most ${maxInlineBytes} are taken.`,
      { limit: String(maxInlineBytes) },
    );
  }
  const names = new Set<string>();
  for (const { name } of documents) {
    if (name === '' || name.length > 1000)
      throw new HostError('INVALID_REQUEST', 'A document needs a name of at most 1000 characters, like main.st.');
    if (names.has(name))
      throw new HostError('INVALID_REQUEST', `Two documents are named '${name}'.`, { document: name });
    names.add(name);
  }
  return { name: source.name === '' ? titleOf(documents[0]!.name) : source.name, documents };
}

function titleOf(path: string): string {
  return basename(path, extname(path)) || 'project';
}

export function build(
  compiler: Compiler,
  sources: ProjectSources,
  profile: string,
  signal?: AbortSignal,
): Promise<BuildResult> {
  return compiler.compile(sources.name, sources.documents, profile, signal);
}

/** Findings about documents that have a reason of their own; all others are PROJECT_HAS_ERRORS. */
const reasonOfCode: Readonly<Record<string, ErrorReason>> = {
  E0001: 'XML_MALFORMED',
  E0002: 'XML_DOCTYPE',
  E0003: 'XML_DEPTH',
  E0004: 'ENCODING_UNSUPPORTED',
  E0005: 'XML_MALFORMED',
  E0006: 'XML_MALFORMED',
  E0007: 'XML_MALFORMED',
  E0008: 'XML_TOO_LARGE',
  E0009: 'XML_MALFORMED',
  E0010: 'NOT_PLCOPEN',
  E0011: 'NOT_PLCOPEN',
  E0018: 'TOO_LARGE',
};

/** Throws ProjectRefused where a build has errors. */
export function requireImage(result: BuildResult): ProgramImage {
  if (result.image) return result.image;
  const errors = result.diagnostics.filter((d) => d.severity === 'error');
  const first = errors[0];
  const reason = (first && reasonOfCode[first.code]) ?? 'PROJECT_HAS_ERRORS';
  const place = first?.line === undefined ? '' : ` at ${first.line}:${first.column ?? 1}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new ProjectRefused(
    reason,
    first ? `${first.code} in ${first.file}${place}: ${first.message}${more}` : 'The project has no program.',
    result.diagnostics,
  );
}
