import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { compile } from '../../server/src/compiler/compile.js';
import { exportPlcopen } from '../../server/src/compiler/plcopen/export.js';
import { createProblems } from '../../server/src/compiler/problems.js';
import { defaultProfile } from '../../server/src/compiler/profile.js';
import { corpusFiles, corpusFolder, describeCorpus } from '../support/corpus.js';

const xmllint = spawnSync('xmllint', ['--version']).status === 0;

describeCorpus('the export of the PLCopen documents of the field', () => {
  const exports = [...corpusFiles('first'), ...corpusFiles('plcopen')].map((file) => {
    const content = readFileSync(file);
    return {
      name: basename(file),
      content,
      exported: exportPlcopen({ name: basename(file), content }, createProblems()),
    };
  });

  it('gives a document for each', () => {
    expect(exports.length).toBeGreaterThan(100);
    expect(exports.filter(({ exported }) => exported === undefined)).toEqual([]);
  });

  (xmllint ? it : it.skip)('is valid by the public schema (needs xmllint)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plcopen-'));
    try {
      const files = exports.map(({ name, exported }) => {
        writeFileSync(join(folder, name), exported!);
        return join(folder, name);
      });
      const { stderr } = spawnSync(
        'xmllint',
        ['--noout', '--schema', join(corpusFolder, 'schema/tc6_xml_v201.xsd'), ...files],
        { encoding: 'utf8' },
      );
      expect(stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' validates'))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is the same bytes where a document was valid, and when it is exported again', () => {
    expect(exports.filter(({ content, exported }) => content === exported).length).toBeGreaterThan(50);
    const unstable = exports.filter(
      ({ name, exported }) => exportPlcopen({ name, content: exported! }, createProblems()) !== exported,
    );
    expect(unstable.map(({ name }) => name)).toEqual([]);
  });

  it('loads back to the same code, data and errors', () => {
    const different = exports.flatMap(({ name, content, exported }) => {
      // The large ones differ from the others in nothing but time.
      if (content === exported || content.length > 150_000) return [];
      const run = (text: string | Uint8Array) =>
        compile({ name, documents: [{ name, content: text }], profile: defaultProfile });
      const [before, after] = [run(content), run(exported!)];
      const errors = (result: typeof before) =>
        result.diagnostics.filter(({ severity }) => severity === 'error').length;
      const bytes = ({ image }: typeof before) => Buffer.from(image?.wasm ?? []);
      const data = ({ image }: typeof before) =>
        JSON.stringify(image && [image.pous, image.roots, image.memory], (_key, value: unknown) =>
          typeof value === 'bigint' ? value.toString() : value,
        );
      const same = bytes(before).equals(bytes(after)) && data(before) === data(after);
      return errors(before) === errors(after) && same ? [] : [name];
    });
    expect(different).toEqual([]);
  });
});
