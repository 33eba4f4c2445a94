// Compiles every TypeScript source below proto/, server/src/ and clients/*/src/ to dist/, mirroring the tree.
// Types are checked apart (`npm run typecheck`); this step only strips them, so it takes about a second.
// Files whose output is newer than their source are left alone; outputs without a source are removed.
// What starts as a process or a thread is also bundled into one file each, NAME.bundle.js beside NAME.js: hundreds of small modules
// take a third of the time of a start.
// With `--seeded-faults` the output is dist-faults/, with the edits of test/failover/seeded-faults.ts in it.
import { transform } from '@swc/core';
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const roots = [
  'proto',
  'server/src',
  'clients/node/src',
  'clients/cli/src',
  'test/bench',
  'test/failover',
  'test/load',
  'test/soak',
  'test/fuzz',
  'test/support',
];

/** What is bundled: programs, and the threads and processes that they start. */
const bundled = {
  programs: ['server/src/main', 'server/src/offline/index', 'clients/cli/src/main'],
  threads: [
    'server/src/project/compile-worker',
    'server/src/project/file-process',
    'server/src/engine/worker/worker',
    'server/src/scenario/case-worker',
  ],
};

const seeded = process.argv.includes('--seeded-faults');
const output = join(root, seeded ? 'dist-faults' : 'dist');
const faultTable = join(root, 'test/failover/seeded-faults.ts');
const swcOptions = {
  swcrc: false,
  sourceMaps: true,
  module: { type: 'es6' },
  jsc: { target: 'es2022', parser: { syntax: 'typescript' }, keepClassNames: true },
};

/** Every file below `dir` that ends in `ending`; none where the folder does not exist. */
async function files(dir, ending) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((e) => e.isFile() && e.name.endsWith(ending)).map((e) => join(e.parentPath, e.name));
}

const modified = async (file) => (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;

/** The edits of a build with seeded faults, by source file. */
async function readEdits() {
  const byFile = new Map();
  if (!seeded) return byFile;
  const { code } = await transform(await readFile(faultTable, 'utf8'), {
    ...swcOptions,
    sourceMaps: false,
    filename: faultTable,
  });
  const { allEdits } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  for (const edit of allEdits()) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
  return byFile;
}

/** A source with its edits, which see what lies inside the host as `inside`. Throws where one does not fit exactly once. */
function applyEdits(file, text, edits) {
  let result = text;
  for (const { find, replace } of edits) {
    const parts = result.split(find);
    if (parts.length !== 2) throw new Error(`${file}: ${parts.length - 1} places, not one, for the edit of: ${find}`);
    result = parts.join(replace);
  }
  const inside = relative(dirname(file), 'test/failover/inside-host.js');
  return `import * as inside from '${inside}';\n${result}`;
}

/** In a bundle a module is told its own URL, not the bundle's, and starts bundled threads. */
function moduleUrls(bundle) {
  const threads = bundled.threads.map((name) => name.split('/').pop()).join('|');
  return {
    name: 'module-urls',
    setup: (step) =>
      step.onLoad({ filter: /\.js$/ }, async ({ path }) => {
        if (!path.startsWith(output)) return undefined;
        const own = JSON.stringify(relative(dirname(bundle), path));
        const text = (await readFile(path, 'utf8'))
          .replace(new RegExp(`(new URL\\('[^']*\\b(?:${threads}))\\.js'`, 'g'), "$1.bundle.js'")
          .replaceAll('import.meta.url', `new URL(${own}, import.meta.url).href`);
        return { contents: text, loader: 'js' };
      }),
  };
}

async function bundle(name) {
  const file = join(output, `${name}.bundle.js`);
  await build({
    entryPoints: [join(output, `${name}.js`)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
    plugins: [moduleUrls(file)],
  });
}

const edits = await readEdits();
const oldest = seeded ? await modified(faultTable) : 0;

const wanted = new Set();
let compiled = 0;
for (const folder of roots) {
  for (const source of await files(join(root, folder), '.ts')) {
    if (source.endsWith('.d.ts')) continue;
    const name = relative(root, source);
    const target = join(output, name).replace(/\.ts$/, '.js');
    wanted.add(target);
    if ((await modified(target)) > Math.max(await modified(source), oldest)) continue;
    const text = await readFile(source, 'utf8');
    const edited = edits.has(name) ? applyEdits(name, text, edits.get(name)) : text;
    const { code, map } = await transform(edited, { ...swcOptions, filename: source });
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.map`, map ?? '');
    const staged = `${target}.${process.pid}.tmp`;
    await writeFile(staged, `${code}\n//# sourceMappingURL=${target.split('/').pop()}.map\n`);
    await rename(staged, target);
    compiled += 1;
  }
}
for (const file of await files(output, '.js')) {
  if (!wanted.has(file.replace(/\.bundle\.js$/, '.js')))
    await Promise.all([rm(file, { force: true }), rm(`${file}.map`, { force: true })]);
}
const bundles = [...bundled.programs, ...bundled.threads];
const areThere = (await Promise.all(bundles.map((name) => modified(join(output, `${name}.bundle.js`))))).every(
  (at) => at > 0,
);
if (compiled > 0 || !areThere) await Promise.all(bundles.map(bundle));
process.stderr.write(`build: ${compiled} of ${wanted.size} files compiled\n`);
