import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Real projects from the field; they are not part of the project, and tests that need them skip where they are absent. */
export const corpusFolder = process.env['PLC_EMU_CORPUS'] ?? resolve(import.meta.dirname, '../../../shared/corpus');
export const hasCorpus = existsSync(corpusFolder);

/** `describe` where the corpus is there; else a skipped block that says so. */
export function describeCorpus(title: string, body: () => void): void {
  if (hasCorpus) describe(title, body);
  else describe.skip(`${title} (needs the corpus in ${corpusFolder})`, body);
}

export function corpusFiles(folder: string): readonly string[] {
  const path = join(corpusFolder, folder);
  return hasCorpus
    ? readdirSync(path)
        .filter((name) => name.endsWith('.xml'))
        .map((name) => join(path, name))
    : [];
}

export function corpusManifest(folder: string): readonly Record<string, unknown>[] {
  if (!hasCorpus) return [];
  return readFileSync(join(corpusFolder, folder, 'manifest.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
