import { randomBytes } from 'node:crypto';
import type { Clock } from '../model/clock.js';
import type { Epoch } from '../model/cursor.js';
import { HostError } from '../model/host-error.js';
import type { FileSystem } from './file-system.js';
import { readWhole } from './file-system.js';
import { writeFileAtomically } from './atomic-file.js';
import { openSlotFile } from './slot-file.js';

/** An epoch of this directory that a cursor may come from. Its sequences are (start, end]. */
export interface KnownEpoch extends Epoch {
  readonly start: bigint;
  /** Highest sequence that it can have given: the high-water mark when the next epoch began. */
  readonly end: bigint;
}

/** Who this host is, in this life and in earlier ones. */
export interface HostIdentity {
  readonly hostId: string;
  readonly epoch: Epoch;
  /** Sequence before the first of this epoch. */
  readonly epochStart: bigint;
  /** Oldest first, at most 256, without the current one. */
  readonly earlier: readonly KnownEpoch[];
  /** How the life before this one ended; `first` where there was none. */
  readonly previousStop: 'clean' | 'crash' | 'first';
  /** Three crashes within five minutes: start in STOP, with a fault. */
  readonly crashLoop: boolean;
  /** What could not be read or written, in words. */
  readonly notes: readonly string[];
  /** How many numbers `reserveMore` adds. */
  readonly blockSize: bigint;
  /** Numbers up to here may be given. */
  reserved(): bigint;
  /** Puts the high-water mark of the next block on disk. HostError STORAGE_FAILED. Calls under way at once share one write. */
  reserveMore(): Promise<void>;
  /** The last act of an orderly stop. */
  markClean(): Promise<void>;
  close(): Promise<void>;
}

export interface HostIdentityOptions {
  readonly fs: FileSystem;
  /** Path of the slots; `.id` is appended for the file that holds the id alone. */
  readonly path: string;
  readonly clock: Clock;
  readonly blockSize?: bigint;
}

/** Read first, because the journal needs the id; `begin` afterwards, because the epoch begins above the journal. */
export interface HostIdentityReading {
  readonly hostId: string;
  /** The number that this boot will have if the journal knows of no higher one. */
  readonly boot: number;
  begin(journal: { readonly last: bigint; readonly boot: number }): Promise<HostIdentity>;
}

interface Stored {
  readonly hostId: string;
  readonly boot: number;
  readonly nonce: bigint;
  readonly start: bigint;
  readonly reserved: bigint;
  readonly clean: boolean;
  /** Wall clock in milliseconds at which crashes were noticed. */
  readonly crashes: readonly number[];
  readonly earlier: readonly KnownEpoch[];
}

const defaultBlock = 1n << 28n;
const maxStateBytes = 60 * 1024;
const crashWindowMs = 5 * 60_000;
const crashLimit = 3;
const maxEarlier = 256;

export async function readHostIdentity(options: HostIdentityOptions): Promise<HostIdentityReading> {
  const { fs, path, clock } = options;
  const block = options.blockSize ?? defaultBlock;
  const { file, reading } = await openSlotFile(fs, path, maxStateBytes, 64 * 1024);
  const idPath = `${path}.id`;
  const stored = reading.value && decode(reading.value);
  const notes = [...reading.damage];
  if (reading.value && !stored) notes.push(`${path} has a format that this host does not know`);
  const idText = await readWhole(fs, idPath, 64).catch(() => undefined);
  const idFromFile = idText && /^[0-9a-f]{32}$/.exec(new TextDecoder().decode(idText).trim())?.[0];
  const hostId = stored?.hostId ?? idFromFile ?? randomBytes(16).toString('hex');
  // The newest value may be lost: then a boot and a block may have been used that the older value does not know of.
  const uncertain = reading.fallback || (!stored && idFromFile !== undefined);

  const begin = async (journal: { readonly last: bigint; readonly boot: number }): Promise<HostIdentity> => {
    if (idFromFile !== hostId) {
      await writeFileAtomically(fs, idPath, new TextEncoder().encode(`${hostId}\n`)).catch((error: unknown) =>
        note(error),
      );
    }
    const nowMs = Number(clock.wallNs() / 1_000_000n);
    const first = !stored && !uncertain && journal.last === 0n;
    const crashed = !first && stored?.clean !== true;
    const crashes = (stored?.crashes ?? []).filter((at) => at <= nowMs && at > nowMs - crashWindowMs);
    if (crashed) crashes.push(nowMs);

    const known = stored?.reserved ?? 0n;
    let epochStart = known > journal.last ? known : journal.last;
    // Numbers above the journal's last may have been seen: as many as a block has, twice when its successor was being reserved.
    if (uncertain || (journal.last > known && !first)) epochStart += 2n * block;
    const boot = Math.max(stored?.boot ?? 0, journal.boot) + (uncertain ? 2 : 1);
    const nonce = randomBytes(8).readBigUInt64LE();
    const earlier = stored
      ? [...stored.earlier, { boot: stored.boot, nonce: stored.nonce, start: stored.start, end: epochStart }].slice(
          -maxEarlier,
        )
      : [];
    let state: Stored = {
      hostId,
      boot,
      nonce,
      start: epochStart,
      reserved: epochStart + block,
      clean: false,
      crashes: crashes.slice(-crashLimit),
      earlier,
    };
    try {
      // Into both slots: whichever is damaged later, the other knows this epoch.
      await file.write(encode(state));
      await file.write(encode(state));
    } catch (error) {
      note(error);
      // The disk does not take the mark. Numbers far above all that it may ever reserve cannot be given again by a later boot.
      epochStart += (1n << 48n) + (randomBytes(8).readBigUInt64LE() & ((1n << 47n) - 1n));
      state = { ...state, start: epochStart, reserved: epochStart + block };
    }

    let writing: Promise<void> | undefined;
    const write = (next: Stored): Promise<void> =>
      file.write(encode(next)).then(() => {
        state = next;
      });
    return {
      hostId,
      epoch: { boot, nonce },
      epochStart,
      earlier,
      previousStop: first ? 'first' : crashed ? 'crash' : 'clean',
      crashLoop: crashes.length >= crashLimit,
      notes,
      blockSize: block,
      reserved: () => state.reserved,
      reserveMore: () => {
        writing ??= write({ ...state, reserved: state.reserved + block }).finally(() => {
          writing = undefined;
        });
        return writing;
      },
      markClean: async () => {
        await writing?.catch(() => undefined);
        await write({ ...state, clean: true, crashes: [] });
      },
      close: () => file.close(),
    };
  };

  const note = (error: unknown): void => {
    notes.push(error instanceof HostError ? error.message : String(error));
  };
  return { hostId, boot: (stored?.boot ?? 0) + (uncertain ? 2 : 1), begin };
}

function encode(state: Stored): Uint8Array {
  const epochs = state.earlier.map((e) => [e.boot, String(e.nonce), String(e.start), String(e.end)]);
  const text = JSON.stringify({
    format: 1,
    hostId: state.hostId,
    boot: state.boot,
    nonce: String(state.nonce),
    start: String(state.start),
    reserved: String(state.reserved),
    clean: state.clean,
    crashes: state.crashes,
    epochs,
  });
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): Stored | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as {
      format: number;
      hostId: string;
      boot: number;
      nonce: string;
      start: string;
      reserved: string;
      clean: boolean;
      crashes: number[];
      epochs: [number, string, string, string][];
    };
    if (value.format !== 1) return undefined;
    return {
      hostId: value.hostId,
      boot: value.boot,
      nonce: BigInt(value.nonce),
      start: BigInt(value.start),
      reserved: BigInt(value.reserved),
      clean: value.clean,
      crashes: value.crashes,
      earlier: value.epochs.map(([boot, nonce, start, end]) => ({
        boot,
        nonce: BigInt(nonce),
        start: BigInt(start),
        end: BigInt(end),
      })),
    };
  } catch {
    return undefined;
  }
}
