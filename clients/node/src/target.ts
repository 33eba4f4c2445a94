import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

/** Where a host listens, and what lets a client in. */
export interface Target {
  /** grpc-js address: `unix:/path`, `127.0.0.1:50051`. */
  readonly address: string;
  readonly token?: string;
}

export interface TargetOptions {
  /** `unix:PATH`, `HOST:PORT`; default: environment `PLC_EMU_TARGET`, else the socket of the data directory here. */
  readonly target?: string;
  /** The token itself (from a vault, say); wins over `tokenFile`. */
  readonly token?: string;
  /** File that holds the token; default: environment `PLC_EMU_TOKEN_FILE`. */
  readonly tokenFile?: string;
}

/** Data directory and socket of a host that was started without settings: below the working directory. */
export const defaultSocket = join('.plc-emu', 'plc-emu.sock');

/** Finds the address and token. Throws where the token file can't be read. */
export function resolveTarget(options: TargetOptions = {}, env: NodeJS.ProcessEnv = process.env): Target {
  const named = options.target ?? env.PLC_EMU_TARGET ?? `unix:${defaultSocket}`;
  const address = normalise(named);
  const tokenFile = options.tokenFile ?? env.PLC_EMU_TOKEN_FILE;
  const token = options.token ?? (tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim());
  return token === undefined || token === '' ? { address } : { address, token };
}

function normalise(target: string): string {
  if (target.startsWith('unix:')) {
    const path = target.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    return `unix:${isAbsolute(path) ? path : resolve(path)}`;
  }
  // A bare path of a socket is what people type.
  if (target.includes('/') && existsSync(target)) return `unix:${resolve(target)}`;
  return target;
}
