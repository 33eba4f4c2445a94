import { MessageChannel, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { allocateControlPage, controlWords } from './control-page.js';
import type { EngineRecord } from './engine.js';
import type { AttachMessage, CommandMessage, WorkerMessage } from './messages.js';
import { decodeRecord } from './record-codec.js';
import { createRingReader, type RingReader } from './ring.js';
import type { PooledWorker } from './worker-pool.js';

/** Records are handed on in batches of at most so many, and a turn of the event loop takes records for so long. */
const batchLimit = 512;
const turnMs = 5;

/** The host's end of one worker: commands go out, records and messages come in, in the worker's order. */
export interface WorkerLink {
  readonly control: Int32Array;
  readonly threadId: number | undefined;
  post(message: CommandMessage): void;
  /** Records come from this ring from here on; called by `onMessage` for `program`. */
  useRing(ring: SharedArrayBuffer, taskName: (index: number) => string): void;
  /** Takes all that waits. */
  pump(): void;
  /** Asks the worker to end and waits for it; ends it by force after `patienceMs`. */
  close(patienceMs: number): Promise<void>;
}
export interface LinkHandler {
  onRecords(records: readonly EngineRecord[]): void;
  onMessage(message: WorkerMessage): void;
  /** The thread is gone without having been asked. */
  onEnd(why: string, outOfMemory: boolean): void;
}

export function linkWorker(
  pooled: PooledWorker,
  attach: Omit<AttachMessage, 'kind' | 'port' | 'control'>,
  handler: LinkHandler,
): WorkerLink {
  const { worker } = pooled;
  const page = allocateControlPage();
  const control = new Int32Array(page);
  const { port1: port, port2 } = new MessageChannel();
  let reader: RingReader | undefined;
  let taskName = (index: number): string => String(index);
  let ended = false;
  let waiting = false;
  let continuing = false;
  /** Messages that came before their mark was read. */
  const arrived: WorkerMessage[] = [];
  let lastMark = 0;

  /**
   * Reads the ring to its end, or for one turn's share of time. At a mark the messages up to the one it stands for are taken from the
   * port at once: so their place among the records is exact.
   */
  function pump(all = false): void {
    const turnEnds = performance.now() + turnMs;
    let records: EngineRecord[] = [];
    const flush = (): void => {
      if (records.length === 0) return;
      const batch = records;
      records = [];
      handler.onRecords(batch);
    };
    for (let count = 1; ; count += 1) {
      const at = ended ? -1 : (reader?.peek() ?? -1);
      if (at < 0) {
        flush();
        const message = arrived.shift();
        if (!message) break;
        // Its mark is not there: not yet, or the ring had no room for it, or there is no ring.
        handOn(message);
        continue;
      }
      const record = decodeRecord(reader!.views, at, taskName);
      reader!.release(reader!.views.words[at / 4]!);
      if (record.kind === 'mark') {
        flush();
        takeMessages(record.mark);
      } else if (records.push(record) >= batchLimit) flush();
      if (all || count % 32 !== 0 || performance.now() < turnEnds) continue;
      flush();
      continueLater();
      break;
    }
    // The worker lost records, or waits, for want of room: there is room now.
    if (Atomics.exchange(control, controlWords.lost, 0) === 1) ring();
  }
  function takeMessages(upTo: number): void {
    while (lastMark < upTo) {
      const message =
        arrived.shift() ?? (receiveMessageOnPort(port) as { message: WorkerMessage } | undefined)?.message;
      if (!message) return;
      handOn(message);
    }
  }
  function handOn(message: WorkerMessage): void {
    lastMark = message.mark ?? lastMark;
    handler.onMessage(message);
  }
  function continueLater(): void {
    if (continuing) return;
    continuing = true;
    setImmediate(() => {
      continuing = false;
      turn();
    });
  }

  function ring(): void {
    Atomics.add(control, controlWords.mail, 1);
    Atomics.notify(control, controlWords.mail);
  }

  /** Lets the worker wake this thread, once, at its next record. One wait is outstanding at most. */
  function arm(): void {
    while (!ended && !waiting && !continuing) {
      const seen = Atomics.load(control, controlWords.wake);
      Atomics.store(control, controlWords.armed, 1);
      if ((reader?.peek() ?? -1) >= 0) {
        pump();
        if (continuing) return;
        continue;
      }
      const wait = Atomics.waitAsync(control, controlWords.wake, seen);
      if (!wait.async) {
        pump();
        continue;
      }
      waiting = true;
      void wait.value.then(() => {
        waiting = false;
        turn();
      });
    }
  }

  /** What the event loop calls. Nothing in here may fail; if it does, this engine ends and not the host. */
  function turn(): void {
    if (ended) return;
    try {
      pump();
      arm();
    } catch (cause) {
      end();
      void worker.terminate();
      handler.onEnd(`its records cannot be read: ${String(cause)}`, false);
    }
  }

  function end(): void {
    if (ended) return;
    ended = true;
    port.close();
    Atomics.notify(control, controlWords.wake);
  }
  function lost(why: string, outOfMemory = false): void {
    if (ended) return;
    pump(true);
    end();
    handler.onEnd(why, outOfMemory);
  }

  port.on('message', (message: WorkerMessage) => {
    arrived.push(message);
    turn();
  });
  worker.on('error', (error: NodeJS.ErrnoException) =>
    lost(`the scan thread failed: ${error.message}`, error.code === 'ERR_WORKER_OUT_OF_MEMORY'),
  );
  worker.on('exit', (code) => lost(`the scan thread ended with ${code}`));
  worker.ref();
  worker.postMessage({ kind: 'attach', port: port2, control: page, ...attach } satisfies AttachMessage, [port2]);
  arm();

  return {
    control,
    threadId: pooled.threadId,
    post(message) {
      port.postMessage(message);
      ring();
    },
    useRing(buffer, name) {
      reader = createRingReader(buffer);
      taskName = name;
    },
    pump: () => pump(true),
    async close(patienceMs) {
      pump(true);
      end();
      Atomics.store(control, controlWords.close, 1);
      ring();
      await endOf(worker, patienceMs);
    },
  };
}

async function endOf(worker: Worker, patienceMs: number): Promise<void> {
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const timer = setTimeout(() => void worker.terminate(), patienceMs);
  if (patienceMs <= 0) void worker.terminate();
  await exited;
  clearTimeout(timer);
}
