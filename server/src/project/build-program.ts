import type { SourceDocument } from '../compiler/compile.js';
import type { Member } from '../model/data-type.js';
import { foldName } from '../model/identifier.js';
import type { ProgramImage } from '../model/program-image.js';
import { buildDocuments, type DocumentsBuild } from './build-documents.js';

/** Name of the program that is made for a library. */
export const libraryProgram = 'AutoMain';

/**
 * Builds documents to something that runs: a library (function blocks, no PROGRAM) gets a program `AutoMain` with an
 * instance `u0`, `u1` ... of each function block, in order, each called once a scan. Blocks with VAR_IN_OUT are left out:
 * there is nothing to connect to them.
 */
export function buildProgram(name: string, documents: readonly SourceDocument[], profile?: string): DocumentsBuild {
  const build = buildDocuments(name, documents, profile);
  const { image } = build;
  if (!image || image.tasks.some((task) => task.programs.length > 0)) return build;
  const blocks = image.pous
    .filter((pou) => pou.kind === 'function_block' && !pou.name.includes('.'))
    .map((pou) => pou.name);
  if (blocks.length === 0) return build;
  // What has VAR_IN_OUT shows in the types of a program that only declares the instances.
  const probe = buildDocuments(name, [...documents, programOf(blocks, false)], profile);
  const types = probe.image && membersOf(probe.image, libraryProgram);
  if (!types || !probe.image) return build;
  const usable = types
    .filter((member) => !hasInOut(probe.image!, member))
    .map((member) => blocks[Number(member.name.slice(1))]!);
  if (usable.length === 0) return build;
  const made = buildDocuments(name, [...documents, programOf(usable, true)], profile);
  return made.image ? made : build;
}

function programOf(blocks: readonly string[], called: boolean): SourceDocument {
  const declarations = blocks.map((block, i) => `  u${i} : ${block};`);
  const calls = called ? blocks.map((_, i) => `u${i}();`) : [];
  return {
    name: `${libraryProgram}.st`,
    content: `PROGRAM ${libraryProgram}\nVAR\n${declarations.join('\n')}\nEND_VAR\n${calls.join('\n')}\nEND_PROGRAM\n`,
  };
}

function membersOf(image: ProgramImage, name: string): readonly Member[] | undefined {
  const type = image.types.find(
    (t) => t.kind === 'struct' && t.form === 'program' && foldName(t.name) === foldName(name),
  );
  return type?.kind === 'struct' ? type.members.filter((m) => /^u\d+$/.test(m.name)) : undefined;
}

function hasInOut(image: ProgramImage, instance: Member): boolean {
  const type = image.types[instance.type];
  return type?.kind === 'struct' && type.members.some((m) => m.section === 'in_out');
}
