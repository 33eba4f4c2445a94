import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { corpusFolder } from '../support/corpus.js';
import { runCommand } from '../support/command-line.js';

const projects = [
  'factoryio-ft-con01',
  'factoryio-ft-con02',
  'factoryio-ft-con03',
  'factoryio-ft-con04',
  'mixing-tank',
];
const scenarioOf = (project: string): string =>
  join(import.meta.dirname, 'first', `${project.replace('factoryio-ft-', '')}.json`);
const present = existsSync(join(corpusFolder, 'first'));

(present ? describe : describe.skip)(`the first real projects (in ${corpusFolder})`, () => {
  it.each(projects)('%s has no error', async (project) => {
    const result = await runCommand(['check', join(corpusFolder, 'first', `${project}.xml`), '--json']);
    expect(result.json().at(-1)).toMatchObject({ done: true, errors: 0 });
    expect(result.code).toBe(0);
  });

  it.each(projects)('%s starts, stops and interlocks as its scenario says', async (project) => {
    const file = join(corpusFolder, 'first', `${project}.xml`);
    const result = await runCommand(['simulate', file, '--scenario', scenarioOf(project), '--json']);
    const lines = result.json();
    expect(lines.filter((line) => line.ok === false)).toEqual([]);
    expect(lines.length).toBeGreaterThan(10);
    expect(result.code).toBe(0);
  });
});
