// Compiles every TypeScript source below proto/, server/src/ and clients/*/src/ to dist/, mirroring the tree.
// Types are checked apart (`npm run typecheck`); this step only strips them, so it takes about a second.
// Files whose output is newer than their source are left alone; outputs without a source are removed.
import { transformFile } from '@swc/core';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const roots = ['proto', 'server/src', 'clients/node/src', 'clients/cli/src', 'test/bench', 'test/failover', 'test/load', 'test/support'];

/** Every file below `dir` that ends in `ending`; none where the folder does not exist. */
async function files(dir, ending) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((e) => e.isFile() && e.name.endsWith(ending)).map((e) => join(e.parentPath, e.name));
}

const modified = async (file) => (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;

const wanted = new Set();
let compiled = 0;
for (const folder of roots) {
  for (const source of await files(join(root, folder), '.ts')) {
    if (source.endsWith('.d.ts')) continue;
    const target = join(root, 'dist', relative(root, source)).replace(/\.ts$/, '.js');
    wanted.add(target);
    if ((await modified(target)) > (await modified(source))) continue;
    const { code, map } = await transformFile(source, {
      swcrc: false,
      sourceMaps: true,
      module: { type: 'es6' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript' }, keepClassNames: true },
    });
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.map`, map ?? '');
    const staged = `${target}.${process.pid}.tmp`;
    await writeFile(staged, `${code}\n//# sourceMappingURL=${target.split('/').pop()}.map\n`);
    await rename(staged, target);
    compiled += 1;
  }
}
for (const output of await files(join(root, 'dist'), '.js')) {
  if (!wanted.has(output)) await Promise.all([rm(output, { force: true }), rm(`${output}.map`, { force: true })]);
}
process.stderr.write(`build: ${compiled} of ${wanted.size} files compiled\n`);
