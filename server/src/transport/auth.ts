import type { DescMethod } from '@bufbuild/protobuf';
import { getOption } from '@bufbuild/protobuf';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { role as roleOption, Role } from '../../../proto/plcemu/v1/options_pb.js';
import { HostError } from '../model/host-error.js';
import type { RegisteredService } from '../services/registry.js';

/** Methods of vendored services, which carry no role option. `public` needs no token. */
const vendoredRoles: Readonly<Record<string, Role | 'public'>> = {
  'grpc.health.v1.Health': 'public',
  'grpc.reflection.v1.ServerReflection': Role.VIEWER,
  'grpc.reflection.v1alpha.ServerReflection': Role.VIEWER,
};

/** Path (`/package.Service/Method`) -> least role. A method that is not in it is refused to everyone. */
export type RoleTable = ReadonlyMap<string, Role | 'public'>;

export function createRoleTable(services: readonly RegisteredService[]): RoleTable {
  const table = new Map<string, Role | 'public'>();
  for (const { service } of services) {
    for (const method of service.methods) {
      const least = roleOf(method);
      if (least === undefined) throw new Error(`${service.typeName}/${method.name} names no role`);
      table.set(`/${service.typeName}/${method.name}`, least);
    }
  }
  return table;
}

function roleOf(method: DescMethod): Role | 'public' | undefined {
  const option = getOption(method, roleOption);
  return option === Role.UNSPECIFIED ? vendoredRoles[method.parent.typeName] : option;
}

/** Throws PERMISSION_DENIED unless `role` includes what the method needs. */
export function checkRole(table: RoleTable, path: string, role: Role): void {
  const least = table.get(path);
  if (least === 'public') return;
  if (least !== undefined && role >= least) return;
  const needed = least === undefined ? 'none that exists' : Role[least].toLowerCase();
  throw new HostError(
    'PERMISSION_DENIED',
    `${path.slice(1)} needs the role ${needed}; this caller is ${Role[role].toLowerCase()}.`,
    {
      method: path.slice(1),
      role: Role[role].toLowerCase(),
    },
  );
}

/** The one secret of a host that listens on TCP. Compared by digest, in constant time. */
export interface Token {
  readonly file: string;
  matches(text: string): boolean;
}

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** Reads the token file, or makes it: 256 random bits as base64url, readable by the owner only. */
export async function loadToken(file: string): Promise<Token> {
  const text = (await readToken(file)) ?? (await makeToken(file));
  const digest = sha256(text);
  return { file, matches: (given) => given.length <= 1024 && timingSafeEqual(sha256(given), digest) };
}

async function readToken(file: string): Promise<string | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new HostError('PATH_REFUSED', `The token file ${file} can't be read: ${code ?? message}.`, {
      path: file,
    });
  });
  if (!handle) return undefined;
  try {
    const { mode, uid } = await handle.stat();
    if ((mode & 0o077) !== 0 || uid !== process.getuid?.()) {
      throw new HostError(
        'PATH_REFUSED',
        `The token file ${file} must belong to this account with mode 0600; mend it or remove it.`,
        { path: file },
      );
    }
    const text = (await handle.readFile('utf8')).trim();
    if (!tokenPattern.test(text)) {
      throw new HostError(
        'PATH_REFUSED',
        `The token file ${file} holds no token of 43 characters; remove it and start again.`,
        { path: file },
      );
    }
    return text;
  } finally {
    await handle.close();
  }
}

async function makeToken(file: string): Promise<string> {
  const text = randomBytes(32).toString('base64url');
  const handle = await open(
    file,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return text;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
