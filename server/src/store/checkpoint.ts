import { join } from 'node:path';
import { crc32c } from '../model/crc32c.js';
import type { Timers } from '../model/timers.js';
import { writeFileAtomically } from './atomic-file.js';
import type { FileSystem } from './file-system.js';
import { readWhole } from './file-system.js';
import type { StateChange, StateTable } from './state-table.js';
import { changeOf, lineOf } from './state-table.js';

/**
 * The whole small state at one time, so that the journal's attachments before it may go. Two are kept: should the newer be
 * damaged, the older and the journal since then give the same.
 *
 * A file is text: a line `{"format":1,"sequence":"n"}`, one change a line, and a last line with the CRC-32C of all before it.
 */
export interface Checkpoint {
  readonly number: number;
  /** Attachments at or below it are in the checkpoint. */
  readonly sequence: bigint;
  readonly changes: readonly StateChange[];
}

export interface CheckpointReading {
  readonly newest?: Checkpoint;
  /** Attachments above this may still be needed: the sequence of the older sound one. */
  readonly floor: bigint;
  readonly nextNumber: number;
  readonly damage: readonly string[];
}

const pattern = /^state-(\d{8})\.ckpt$/;
const maxBytes = 512 * 1024 * 1024;
const linesPerSlice = 500;

function checkpointName(number: number): string {
  return `state-${String(number).padStart(8, '0')}.ckpt`;
}

export async function readCheckpoints(fs: FileSystem, directory: string): Promise<CheckpointReading> {
  const numbers = (await fs.list(directory)).flatMap((name) => {
    const found = pattern.exec(name);
    return found ? [Number(found[1])] : [];
  });
  numbers.sort((a, b) => b - a);
  const damage: string[] = [];
  const sound: Checkpoint[] = [];
  for (const number of numbers) {
    const bytes = await readWhole(fs, join(directory, checkpointName(number)), maxBytes).catch(() => undefined);
    const checkpoint = bytes && decode(number, bytes);
    if (checkpoint) sound.push(checkpoint);
    else damage.push(`${checkpointName(number)} is damaged`);
  }
  const floor = sound.length > 1 ? sound[sound.length - 1]!.sequence : 0n;
  return { ...(sound[0] && { newest: sound[0] }), floor, nextNumber: (numbers[0] ?? 0) + 1, damage };
}

/**
 * Encodes the state in slices, so that nothing else waits for it, then calls `settle` (everything it may hold must be in the
 * journal first), then writes. Removes all but the newest two files.
 */
export async function writeCheckpoint(
  target: { readonly fs: FileSystem; readonly directory: string; readonly timers: Timers },
  number: number,
  sequence: bigint,
  table: StateTable,
  settle: () => Promise<void>,
): Promise<{ readonly sizeBytes: number }> {
  const { fs, directory, timers } = target;
  const pieces: Uint8Array[] = [Buffer.from(`${JSON.stringify({ format: 1, sequence: String(sequence) })}\n`)];
  let crc = crc32c(pieces[0]!);
  let lines: string[] = [];
  const flushLines = (): void => {
    if (lines.length === 0) return;
    const piece = Buffer.from(`${lines.join('\n')}\n`);
    crc = crc32c(piece, 0, piece.length, crc);
    pieces.push(piece);
    lines = [];
  };
  for (const change of table.everything()) {
    lines.push(lineOf(change));
    if (lines.length < linesPerSlice) continue;
    flushLines();
    await new Promise<void>((resolve) => timers.soon(resolve));
  }
  flushLines();
  pieces.push(Buffer.from(`${crc.toString(16).padStart(8, '0')}\n`));
  const bytes = Buffer.concat(pieces);
  await settle();
  await writeFileAtomically(fs, join(directory, checkpointName(number)), bytes);
  for (const name of await fs.list(directory)) {
    const found = pattern.exec(name);
    if (found && Number(found[1]) < number - 1) await fs.unlink(join(directory, name)).catch(() => undefined);
  }
  return { sizeBytes: bytes.length };
}

function decode(number: number, bytes: Uint8Array): Checkpoint | undefined {
  // The last line is eight digits and a line feed.
  const bodyEnd = bytes.length - 9;
  if (bodyEnd <= 0 || bytes[bodyEnd - 1] !== 10) return undefined;
  const text = new TextDecoder();
  if (text.decode(bytes.subarray(bodyEnd, bodyEnd + 8)) !== crc32c(bytes, 0, bodyEnd).toString(16).padStart(8, '0'))
    return undefined;
  const lines = text.decode(bytes.subarray(0, bodyEnd - 1)).split('\n');
  const head = JSON.parse(lines[0]!) as { format: number; sequence: string };
  if (head.format !== 1) return undefined;
  const changes = lines.slice(1).flatMap((line) => changeOf(line) ?? []);
  return { number, sequence: BigInt(head.sequence), changes };
}
