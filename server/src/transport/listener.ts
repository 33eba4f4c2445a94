import { lstat, unlink } from 'node:fs/promises';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { HostError } from '../model/host-error.js';
import type { Log } from '../model/log.js';
import type { ListenAddress } from './address.js';
import { formatAddress } from './address.js';
import { listenUnix } from './unix-socket.js';

/** A bound address whose connections are counted and limited. */
export interface Listener {
  /** With the port in force. */
  readonly address: ListenAddress;
  connections(): number;
  /** Takes no more connections. Those that are left have `graceMs`, then they are cut. */
  close(graceMs: number): Promise<void>;
}

export interface ListenerOptions {
  readonly address: ListenAddress;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly onConnection: (socket: Socket) => void;
  readonly log: Log;
}

/** How often the file of a Unix socket is looked at. */
const lookMs = 2000;

/**
 * Binds an address. A connection above the limits is closed at once. When the file of a Unix socket goes away, it is bound again:
 * open connections live on meanwhile.
 */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { address, log } = options;
  const sockets = new Set<Socket>();
  const perAddress = new Map<string, number>();
  let closing = false;

  const take = (socket: Socket): void => {
    const from = socket.remoteAddress ?? '';
    const count = (perAddress.get(from) ?? 0) + 1;
    if (closing || sockets.size >= options.connections || count > options.connectionsPerAddress) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    perAddress.set(from, count);
    socket.once('close', () => {
      sockets.delete(socket);
      const left = (perAddress.get(from) ?? 1) - 1;
      if (left === 0) perAddress.delete(from);
      else perAddress.set(from, left);
    });
    options.onConnection(socket);
  };
  const bind = async (): Promise<{ server: Server; bound: ListenAddress }> => {
    const server = createServer({ noDelay: true }, take);
    const bound: ListenAddress =
      address.kind === 'unix'
        ? { kind: 'unix', path: await listenUnix(server, address.path) }
        : await listenTcp(server, address);
    server.on('error', (error) =>
      log.error('a listener failed', { address: formatAddress(bound), error: error.message }),
    );
    return { server, bound };
  };

  let { server, bound } = await bind();
  const identity = async (): Promise<string> => {
    const info = bound.kind === 'unix' ? await lstat(bound.path).catch(() => undefined) : undefined;
    return info ? `${info.dev}/${info.ino}` : '';
  };
  let mine = await identity();
  const look = async (): Promise<void> => {
    const now = await identity();
    if (closing || now === mine) return;
    if (now !== '') {
      log.error('the socket was replaced by another process; this host is no longer reachable there', {
        address: formatAddress(bound),
      });
      mine = now;
      return;
    }
    try {
      // Closing removes the file of its name, so it comes first.
      server.close();
      ({ server, bound } = await bind());
      mine = await identity();
      log.warn('the socket had been removed and is bound again', { address: formatAddress(bound) });
    } catch (error) {
      log.error('the socket was removed and cannot be bound again', {
        address: formatAddress(bound),
        error: String(error),
      });
    }
  };
  const timer = bound.kind === 'unix' ? setInterval(() => void look(), lookMs) : undefined;
  timer?.unref();

  return {
    get address() {
      return bound;
    },
    connections: () => sockets.size,
    async close(graceMs) {
      closing = true;
      clearInterval(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), graceMs);
      await closed;
      clearTimeout(cut);
      if (bound.kind === 'unix' && (await identity()) === mine) await unlink(bound.path).catch(() => undefined);
    },
  };
}

function listenTcp(server: Server, address: { readonly host: string; readonly port: number }): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code ?? error.message;
      reject(new HostError('PATH_REFUSED', `Can't listen on ${address.host}:${address.port}: ${why}.`));
    });
    server.listen({ host: address.host, port: address.port }, () => {
      server.removeAllListeners('error');
      resolve({ kind: 'tcp', host: address.host, port: (server.address() as AddressInfo).port });
    });
  });
}
