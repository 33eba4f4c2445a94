import { HostError } from '../model/host-error.js';

/** Where to listen: `unix:PATH`, or `HOST:PORT` (`[::1]:PORT` for IPv6; port 0 takes a free one). */
export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Throws INVALID_REQUEST where the text is no address. */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice(5).replace(/^\/\//, '');
    if (path === '' || path.includes('\0')) throw bad(text);
    return { kind: 'unix', path };
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw bad(text);
  return { kind: 'tcp', host: match[1] ?? match[2]!, port };
}

function bad(text: string): HostError {
  return new HostError(
    'INVALID_REQUEST',
    `'${text.slice(0, 200)}' is no address to listen on; write unix:PATH or HOST:PORT, the port at most 65535.`,
  );
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

export function formatAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
