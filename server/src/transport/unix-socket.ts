import { connect } from 'node:net';
import type { Server } from 'node:net';
import { lstat, mkdir, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HostError } from '../model/host-error.js';

/** Linux: sun_path holds 108 bytes with the final NUL. */
const maxPathBytes = 107;

/**
 * Listens on a Unix socket that only this account can open: directory 0700, socket 0600 by umask before bind. Replaces a
 * stale socket after a connect to it has failed; refuses symbolic links, other files, other owners, paths that are too long,
 * and a socket that another host serves.
 */
export async function listenUnix(server: Server, path: string): Promise<string> {
  const full = resolve(path);
  if (Buffer.byteLength(full) > maxPathBytes) {
    throw refused(
      full,
      `its path has ${Buffer.byteLength(full)} bytes, at most ${maxPathBytes} are possible; choose a shorter one`,
    );
  }
  await prepareDirectory(dirname(full));
  await removeStale(full);
  await new Promise<void>((resolveListening, reject) => {
    server.once('error', reject);
    // Binding happens within `listen`, so the mask is in force for this one file only.
    const mask = process.umask(0o177);
    try {
      server.listen({ path: full }, () => {
        server.off('error', reject);
        resolveListening();
      });
    } finally {
      process.umask(mask);
    }
  });
  return full;
}

async function prepareDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const info = await lstat(directory);
  if (info.isSymbolicLink()) return; // The system's own links, /var/run for one; the socket itself is checked.
  if (!info.isDirectory()) throw refused(directory, 'it is no directory');
  const others = info.mode & 0o022;
  const sticky = (info.mode & 0o1000) !== 0;
  if (others !== 0 && !sticky) throw refused(directory, 'others may write into it; use a directory of mode 0700');
}

async function removeStale(path: string): Promise<void> {
  const info = await lstat(path).catch(() => undefined);
  if (!info) return;
  if (info.isSymbolicLink()) throw refused(path, 'it is a symbolic link; remove it');
  if (!info.isSocket()) throw refused(path, 'there is a file that is no socket; remove it');
  if (info.uid !== process.getuid?.()) throw refused(path, 'it belongs to another account');
  if (await answers(path)) throw refused(path, 'another host is already running there; stop it or choose another path');
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const done = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2000, () => done(true));
    socket.once('connect', () => done(true));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') done(false);
      else reject(refused(path, `it can't be probed: ${error.code ?? error.message}`));
    });
  });
}

function refused(path: string, why: string): HostError {
  return new HostError('PATH_REFUSED', `Can't listen on ${path}: ${why}.`, { path });
}
