// Writes test/corpus/plcopen-outcomes.md and test/corpus/trace-outcomes.md: what becomes of each document of the corpus, and of
// each trace. Run `npm run build` first. The corpus is not part of the project; PLC_EMU_CORPUS names its folder.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentOutcome } from '../dist/test/support/document-outcome.js';
import { runTrace } from '../dist/test/support/trace-run.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const corpus = process.env.PLC_EMU_CORPUS ?? resolve(dirname(fileURLToPath(import.meta.url)), '../../shared/corpus');
const cell = (text) => String(text).replace(/\|/g, '\\|').replace(/\s+/g, ' ');
const jsonLines = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const tools = new Map(jsonLines(join(corpus, 'plcopen/manifest.jsonl')).map((row) => [row.id, row.tool]));
const rows = ['first', 'plcopen'].flatMap((folder) =>
  readdirSync(join(corpus, folder))
    .filter((name) => name.endsWith('.xml'))
    .sort()
    .map((name) => {
      const { kind, detail } = documentOutcome(name, readFileSync(join(corpus, folder, name)));
      const id = name.replace(/\.xml$/, '');
      return { id: folder === 'first' ? `first/${id}` : id, tool: tools.get(id) ?? '', kind, detail };
    }),
);
const count = (kind) => rows.filter((row) => row.kind === kind).length;
const kinds = ['loads', 'missing', 'malformed', 'unsupported', 'error', 'internal'];
writeFileSync(
  join(root, 'test/corpus/plcopen-outcomes.md'),
  [
    '# What becomes of each PLCopen document of the corpus',
    '',
    'Written by `npm run build && node scripts/corpus-table.mjs`; the profile is `iec`. *missing*: the only errors name what the document uses',
    'and no document declares, mostly a library. *malformed*, *error*: the first error and its place. *unsupported*: the construct.',
    '',
    kinds.map((kind) => `${kind} ${count(kind)}`).join(', ') + '.',
    '',
    '| document | tool | outcome | which, where, what |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.id} | ${cell(row.tool)} | ${row.kind} | ${cell(row.detail)} |`),
    '',
  ].join('\n'),
);

const traces = jsonLines(join(corpus, 'traces/manifest.jsonl')).map((row) => {
  const trace = JSON.parse(readFileSync(join(corpus, `traces/${row.id}.trace.json`), 'utf8'));
  const gate = row.self_contained && row.n_useful > 0 && ['raw', 'fix'].includes(row.tier) && !row.order_sensitive;
  const outcome = runTrace(join(corpus, `plcopen/${row.id}.xml`), trace);
  const result = outcome.failure !== undefined ? 'does not run' : outcome.differences.length > 0 ? 'differs' : 'agrees';
  return { ...row, gate, outcome, result };
});
writeFileSync(
  join(root, 'test/corpus/trace-outcomes.md'),
  [
    '# Traces of an independent toolchain, compared scan by scan',
    '',
    'Written by `npm run build && node scripts/corpus-table.mjs`; the profile is `matiec`. *gate*: the rows that the README of the traces names.',
    '',
    `${traces.filter(({ result }) => result === 'agrees').length} of ${traces.length} agree; of the gate ${traces.filter(({ gate, result }) => gate && result === 'agrees').length} of ${traces.filter(({ gate }) => gate).length}.`,
    '',
    '| trace | gate | variables compared | result | why |',
    '|---|---|---|---|---|',
    ...traces.map(({ id, gate, outcome, result }) => {
      const why =
        outcome.failure ??
        outcome.differences[0] ??
        (outcome.absent.length > 0
          ? `not compared, as temporary variables have no value between scans: ${outcome.absent.slice(0, 3).join(', ')}${outcome.absent.length > 3 ? ' ...' : ''}`
          : '');
      return `| ${id} | ${gate ? 'yes' : ''} | ${outcome.compared} | ${result} | ${cell(why)} |`;
    }),
    '',
  ].join('\n'),
);
console.log(
  `${rows.length} documents: ${kinds.map((kind) => `${kind} ${count(kind)}`).join(', ')}; ${traces.length} traces.`,
);
