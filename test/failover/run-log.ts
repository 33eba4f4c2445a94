import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * What the processes of a run write down, one JSON object a line. Times are milliseconds since 1970 of the one machine that all
 * processes share; sequences and generations stay below 2^53. `c` names the client.
 */
export type LogLine = HarnessLine | WriterLine | EngineerLine | WatcherLine;

export type HarnessLine =
  | { readonly t: number; readonly kind: 'start'; readonly life: number; readonly build: string }
  | {
      readonly t: number;
      readonly kind: 'serving';
      readonly life: number;
      readonly epoch: string;
      readonly mode: string;
    }
  /** The host is dead. `how`: `random`, `failpoint NAME`, `starting`; `end` for the orderly stop after the last round. */
  | { readonly t: number; readonly kind: 'killed'; readonly life: number; readonly how: string }
  /** The network does this from here on; empty: nothing. */
  | { readonly t: number; readonly kind: 'network'; readonly fault: string }
  /** From here on clients count as current when something that they begin succeeds. */
  | { readonly t: number; readonly kind: 'asked'; readonly mark: number; readonly clients: readonly string[] }
  | { readonly t: number; readonly kind: 'recovered'; readonly mark: number; readonly c: string }
  /** How long an empty Node process took at the same time: the noise of the machine. */
  | { readonly t: number; readonly kind: 'twin'; readonly ms: number }
  /** A small file in the same directory took so long to reach the disk: told where that was long. */
  | { readonly t: number; readonly kind: 'disk'; readonly ms: number };

export type Write = readonly [path: string, value: number, expected?: number];

export type WriterLine =
  /** An operation begins; the same id again where it is repeated after a lost connection. */
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'write';
      readonly id: string;
      readonly writes: readonly Write[];
    }
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'command';
      readonly id: string;
      readonly command: 'start' | 'stop';
    }
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'done';
      readonly id: string;
      readonly sequence: number;
      readonly scan: number;
      readonly results: readonly (readonly [path: string, generation: number])[];
    }
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'refused';
      readonly id: string;
      readonly reason: string;
      /** Of a generation conflict: the generation that is in force. */
      readonly generation?: number;
    }
  | { readonly t: number; readonly c: string; readonly kind: 'lost'; readonly id: string; readonly error: string }
  /** A read began at `began` and has ended. */
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'read';
      readonly began: number;
      readonly scan: number;
      readonly values: readonly (readonly [path: string, value: number, generation: number])[];
    };

export type EngineerLine =
  /** Another edition is to be put in the place of the one at revision `expected`; the same id again where it is repeated. */
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'patch';
      readonly id: string;
      readonly edition: number;
      readonly expected: number;
    }
  | { readonly t: number; readonly c: string; readonly kind: 'patched'; readonly id: string; readonly revision: number }
  /** The project was read between `began` and `t`. */
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'source';
      readonly began: number;
      readonly revision: number;
      readonly edition: number;
      /** The edition that ran meanwhile, where the program scanned all the time and the project stayed as it was. */
      readonly running?: number;
    };

export interface Selection {
  readonly classes: readonly string[];
  /** False: no variables of scan events are asked for by name, so all are. */
  readonly restricted: boolean;
  readonly lossless: boolean;
  readonly minIntervalMs: number;
}

export type Scalar = number | string | boolean;
export type Values = Readonly<Record<string, Scalar>>;

export interface SeenEvent {
  readonly q: number;
  readonly class: string;
  /** Of a scan or io event. */
  readonly scan?: number;
  readonly between?: true;
  readonly direction?: 'in' | 'out';
  readonly values?: Values;
  /** Everything else that the event says, for comparing. */
  readonly text?: string;
  readonly request?: string;
  readonly written?: readonly (readonly [path: string, value: number, generation: number])[];
}

export interface SeenCoalesced {
  readonly scans: number;
  readonly first: number;
  readonly last: number;
  readonly edges: Readonly<Record<string, number>>;
}

export type WatcherLine =
  /** A watch is opened anew: at a place, or with a cursor that says `from`. */
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'open';
      readonly selection: Selection;
      readonly start: 'latest' | 'snapshot' | 'earliest' | 'cursor';
      readonly from?: number;
    }
  /** Raw: what stood in front of each message. */
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'message';
      readonly delivery: number;
      readonly previous: number;
      readonly body: string;
      readonly q?: number;
      readonly more?: true;
    }
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'opened';
      readonly q: number;
      readonly epoch: string;
      readonly floor: number;
    }
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'snapshot';
      readonly q: number;
      readonly scan: number;
      readonly mode: string;
      readonly values: Values;
    }
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'events';
      readonly q: number;
      readonly events: readonly SeenEvent[];
      readonly coalesced?: SeenCoalesced;
    }
  | { readonly t: number; readonly c: string; readonly kind: 'progress'; readonly q: number }
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'lagged';
      readonly class: string;
      readonly from: number;
      readonly to: number;
      readonly reason: string;
    }
  | { readonly t: number; readonly c: string; readonly kind: 'reset'; readonly reason: string }
  | { readonly t: number; readonly c: string; readonly kind: 'epoch'; readonly old: string; readonly new: string }
  /** The iterator threw; a new watch is opened. */
  | {
      readonly t: number;
      readonly c: string;
      readonly kind: 'failed';
      readonly reason: string;
      readonly message: string;
    };

/** Appends lines to one file, many at a time. */
export interface LogWriter {
  write(line: LogLine): void;
  close(): void;
}

export function createLogWriter(path: string): LogWriter {
  const file = openSync(path, 'a');
  let buffer: string[] = [];
  let scheduled = false;
  const flush = (): void => {
    scheduled = false;
    if (buffer.length === 0) return;
    const text = `${buffer.join('\n')}\n`;
    buffer = [];
    writeSync(file, text);
  };
  return {
    write: (line) => {
      buffer.push(JSON.stringify(line));
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    },
    close: () => {
      flush();
      closeSync(file);
    },
  };
}

export function readLog(path: string): LogLine[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}
