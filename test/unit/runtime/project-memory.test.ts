import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSources, type Project, type ProjectSources } from '../../../server/src/project/project.js';
import { sourcesDigest } from '../../../server/src/project/sources-digest.js';
import { createProjectMemory, type ProjectMemory } from '../../../server/src/runtime/project-memory.js';
import { createSourceStore } from '../../../server/src/store/source-store.js';
import { createStateTable } from '../../../server/src/store/state-table.js';

let directory = '';
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'plc-memory-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

const files = async (): Promise<Record<string, string>> => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.st'));
  const each = names.sort().map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(each));
};
const put = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);

/** A host that has written down that `a.st` and `b.st` go from 1 to 2, `c.st` away, `d.st` in, and did no more. */
async function dying(): Promise<{ readonly memory: ProjectMemory; readonly after: ProjectSources['documents'] }> {
  for (const name of ['a', 'b', 'c']) await put(`${name}.st`, `${name} 1`);
  await put('same.st', 'same');
  const state = createStateTable();
  const quiet = () => undefined;
  const memory = createProjectMemory({
    runtime: 'main', state, sources: createSourceStore(directory), log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  }); // prettier-ignore
  const before = await readSources({ kind: 'path', path: directory, roots: [directory] });
  const after = ['a', 'b', 'd', 'same'].map((name) => ({
    name: join(before.path!, `${name}.st`),
    content: name === 'same' ? name : `${name} 2`,
  }));
  const project: Project = {
    ...before, documents: after, revision: 7, profile: 'iec', diagnostics: [], valid: true,
  }; // prettier-ignore
  state.apply([await memory.change(project, before.documents)]);
  return { memory, after };
}
const done = { 'a.st': 'a 2', 'b.st': 'b 2', 'd.st': 'd 2', 'same.st': 'same' };

describe('a project that was on its way into its files when the host died', () => {
  it.each([
    ['no file', {}],
    ['some files', { 'a.st': 'a 2' }],
    ['the new file', { 'd.st': 'd 2' }],
    ['all but the one to go', { 'a.st': 'a 2', 'b.st': 'b 2', 'd.st': 'd 2' }],
  ])('gets there, at its revision, where %s had been written', async (_, written) => {
    const { memory, after } = await dying();
    for (const [name, text] of Object.entries(written)) await put(name, text);
    const recalled = await memory.recall();
    expect(recalled).toMatchObject({ revision: 7, sources: { base: sourcesDigest(after) } });
    expect(sourcesDigest(recalled.sources.documents)).toBe(sourcesDigest(after));
    expect(await files()).toEqual(done);
  });

  it('is as it was to be where all of it had been written', async () => {
    const { memory } = await dying();
    for (const [name, text] of Object.entries(done)) await put(name, text);
    await rm(join(directory, 'c.st'));
    expect((await memory.recall()).revision).toBe(7);
    expect(await files()).toEqual(done);
  });

  it.each([
    ['has changed', () => put('b.st', 'b by hand')],
    ['has changed that was not concerned', () => put('same.st', 'other')],
    ['has come', () => put('e.st', 'e')],
    ['is gone', () => rm(join(directory, 'b.st'))],
    ['is gone that was not concerned', () => rm(join(directory, 'same.st'))],
  ])('gives way where a file %s: somebody else was there', async (_, act) => {
    const { memory } = await dying();
    await put('a.st', 'a 2');
    await act();
    const before = await files();
    const recalled = await memory.recall();
    expect(recalled.revision).toBe(8);
    expect(recalled.sources.documents).toHaveLength(Object.keys(before).length);
    expect(await files()).toEqual(before);
  });
});
