import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { HostError } from '../model/host-error.js';

const maxPathLength = 4096;

/**
 * The path that a client may open: below one of the roots, links of its directories followed first. The last part may be a
 * link only to be refused when it is opened. PATH_REFUSED outside of the roots, FILE_NOT_FOUND where a directory is missing.
 */
export async function allowedPath(path: string, roots: readonly string[]): Promise<string> {
  if (path === '' || path.length > maxPathLength || path.includes('\0')) {
    throw new HostError('PATH_REFUSED', `A path has 1 to ${maxPathLength} characters and no NUL.`);
  }
  // Another system's separators, or an address's: never what was meant, and a way around checks elsewhere.
  if (/\\|%(?:2e|2f|5c|00)/i.test(path)) {
    throw new HostError('PATH_REFUSED', `A path has no backslash and no %2e, %2f, %5c or %00; write it plainly.`, {
      path,
    });
  }
  const full = resolve(path);
  const name = basename(full);
  const folder = await realpath(dirname(full)).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new HostError('FILE_NOT_FOUND', `There is no file '${path}'; check the path.`, { path });
    throw new HostError('PATH_REFUSED', `'${path}' can't be opened (${code}).`, { path, errno: code });
  });
  const real = name === '' ? folder : join(folder, name);
  for (const root of roots) {
    const base = await realpath(root).catch(() => undefined);
    if (base === undefined) continue;
    const below = relative(base, real);
    if (below === '' || (below !== '..' && !below.startsWith(`..${sep}`) && !below.startsWith(sep))) return real;
  }
  throw new HostError(
    'PATH_REFUSED',
    `'${path}' lies outside of the directories that this host may read; set 'roots', or send the content.`,
    { path },
  );
}
