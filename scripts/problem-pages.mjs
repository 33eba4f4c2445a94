// Writes docs/problems/: a page for each diagnostic code, and an index, from the one table of the compiler.
// Run after a build: `npm run build && node scripts/problem-pages.mjs`.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { problemTable } = await import(join(root, 'dist/server/src/compiler/problem-table.js'));
const { problemPage, problemIndex } = await import(join(root, 'dist/server/src/compiler/problem-page.js'));

const folder = join(root, 'docs/problems');
await mkdir(folder, { recursive: true });
for (const old of await readdir(folder)) await rm(join(folder, old));
for (const [code, entry] of Object.entries(problemTable))
  await writeFile(join(folder, `${code}.md`), problemPage(code, entry));
await writeFile(join(folder, 'README.md'), problemIndex(problemTable));
process.stdout.write(`${Object.keys(problemTable).length} pages in docs/problems\n`);
