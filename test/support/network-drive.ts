import { openSync, read, writeSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

/**
 * A file system that this process answers for (FUSE, <linux/fuse.h>, protocol 7.31): one folder with `main.st` in it. Started as a
 * process by tests, with the folder to mount on; told over IPC what the file holds, and when to stop answering.
 */
export type DriveOrder =
  { readonly kind: 'content'; readonly text: string } | { readonly kind: 'hang' | 'answer' | 'leave' };
/** Undefined where it could be mounted. */
export interface DriveReport {
  readonly refused?: string;
  readonly waiting?: number;
}

const [folder] = process.argv.slice(2) as [string];
const fileName = 'main.st';
const root = 1n;
const file = 2n;
const op = {
  lookup: 1, forget: 2, getattr: 3, open: 14, read: 15, statfs: 17, release: 18, flush: 25, init: 26, opendir: 27, readdir: 28,
  releasedir: 29, interrupt: 36, destroy: 38, batchForget: 42,
} as const; // prettier-ignore
const silent: ReadonlySet<number> = new Set([op.forget, op.interrupt, op.batchForget]);
const errno = { ENOENT: -2, ENOSYS: -38 } as const;
const headBytes = 40;
const directIo = 1;

let content = Buffer.alloc(0);
let changedAt = BigInt(Math.floor(Date.now() / 1000));
let hanging = false;
const waiting: Buffer[] = [];

function attributes(out: Buffer, at: number, node: bigint): void {
  const isFolder = node === root;
  out.writeBigUInt64LE(node, at);
  out.writeBigUInt64LE(isFolder ? 0n : BigInt(content.length), at + 8);
  for (const time of [24, 32, 40]) out.writeBigUInt64LE(changedAt, at + time);
  out.writeUInt32LE(isFolder ? 0o040755 : 0o100644, at + 60);
  out.writeUInt32LE(1, at + 64);
  out.writeUInt32LE(4096, at + 80);
}

/** What a request gets: bytes, or an error number. */
function answer(opcode: number, node: bigint, body: Buffer): Buffer | number {
  switch (opcode) {
    case op.init: {
      const out = Buffer.alloc(64);
      out.writeUInt32LE(7, 0);
      out.writeUInt32LE(31, 4);
      out.writeUInt32LE(65_536, 20);
      return out;
    }
    case op.lookup: {
      if (body.subarray(0, body.indexOf(0)).toString() !== fileName) return errno.ENOENT;
      const out = Buffer.alloc(128);
      out.writeBigUInt64LE(file, 0);
      attributes(out, 40, file);
      return out;
    }
    case op.getattr: {
      const out = Buffer.alloc(104);
      attributes(out, 16, node);
      return out;
    }
    case op.open:
    case op.opendir: {
      const out = Buffer.alloc(16);
      out.writeUInt32LE(directIo, 8);
      return out;
    }
    case op.read: {
      const from = Number(body.readBigUInt64LE(8));
      return content.subarray(from, from + body.readUInt32LE(16));
    }
    case op.readdir: {
      if (body.readBigUInt64LE(8) > 0n) return Buffer.alloc(0);
      const out = Buffer.alloc(24 + 8 * Math.ceil(fileName.length / 8));
      out.writeBigUInt64LE(file, 0);
      out.writeBigUInt64LE(1n, 8);
      out.writeUInt32LE(fileName.length, 16);
      out.writeUInt32LE(8, 20);
      out.write(fileName, 24);
      return out;
    }
    case op.statfs:
      return Buffer.alloc(80);
    case op.release:
    case op.releasedir:
    case op.flush:
    case op.destroy:
      return Buffer.alloc(0);
    default:
      return errno.ENOSYS;
  }
}

const device = openSync('/dev/fuse', 'r+');

function respond(request: Buffer): void {
  const opcode = request.readUInt32LE(4);
  if (silent.has(opcode)) return;
  const result = answer(opcode, request.readBigUInt64LE(16), request.subarray(headBytes));
  const body = typeof result === 'number' ? Buffer.alloc(0) : result;
  const head = Buffer.alloc(16);
  head.writeUInt32LE(16 + body.length, 0);
  head.writeInt32LE(typeof result === 'number' ? result : 0, 4);
  request.copy(head, 8, 8, 16);
  try {
    writeSync(device, Buffer.concat([head, body]));
  } catch {
    // Whoever asked is gone.
  }
}

function serve(): void {
  const buffer = Buffer.alloc(1 << 17);
  read(device, buffer, 0, buffer.length, null, (error, length) => {
    if (error && error.code !== 'EINTR' && error.code !== 'ENOENT') {
      leave();
      return;
    }
    if (!error) {
      if (hanging) waiting.push(buffer.subarray(0, length));
      else respond(buffer.subarray(0, length));
    }
    serve();
  });
}

function leave(): void {
  spawnSync('umount', ['-l', folder]);
  process.kill(process.pid, 'SIGKILL');
}

const report = (said: DriveReport): void => void process.send?.(said);
const mounted = spawnSync(
  'mount',
  ['-i', '-t', 'fuse', '-o', 'fd=3,rootmode=40000,user_id=0,group_id=0', 'plc-test', folder],
  { stdio: ['ignore', 'ignore', 'pipe', device] },
);
if (mounted.status === 0) serve();
report(mounted.status === 0 ? {} : { refused: mounted.stderr.toString().trim() });

process.on('message', (order: DriveOrder) => {
  if (order.kind === 'content') {
    content = Buffer.from(order.text);
    changedAt += 1n;
  } else if (order.kind === 'leave') leave();
  else {
    hanging = order.kind === 'hang';
    if (!hanging) for (const request of waiting.splice(0)) respond(request);
  }
  report({ waiting: waiting.length });
});
process.on('disconnect', leave);
