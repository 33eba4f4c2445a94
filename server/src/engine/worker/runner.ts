import { receiveMessageOnPort } from 'node:worker_threads';
import { faultCodes } from '../../model/fault.js';
import { HostError } from '../../model/host-error.js';
import { controlWords } from '../control-page.js';
import type { AttachMessage, CommandMessage, WorkerMessage } from '../messages.js';
import { collectGarbage } from '../collect-garbage.js';
import { executeCommand } from './execute-command.js';
import { createPacing, kernelThreadId, sharpenTimer } from './pacing.js';
import { createScanThread } from './scan-thread.js';
import { wallNs } from './wall-time.js';

/** A scan that starts later than this, and than a tenth of a tick, counts as late. */
const lateThresholdMs = 1;
/** In virtual time the writer waits from here on for the reader, until half is free. */
const fullShare = 0.75;

/**
 * The life of a worker that belongs to an engine. `loop` blocks the thread until the engine is closed: between scans it takes the
 * mail, and it sleeps on the mail word when there is nothing to do.
 */
export function createRunner(attach: AttachMessage): { loop(): void } {
  const thread = createScanThread(attach);
  const { control } = thread;
  const { port } = attach;
  const pacing = createPacing(control);
  const virtual = attach.clock === 'virtual';
  /** What a collection takes, ms: the shortest, because others were held up. */
  let collectionMs = 3;

  function takeMail(): void {
    for (;;) {
      const received = receiveMessageOnPort(port) as { message: CommandMessage } | undefined;
      if (!received) return;
      const { id, command } = received.message;
      try {
        const result = executeCommand(thread, id, command);
        if (result) thread.post({ kind: 'reply', id, result });
      } catch (thrown) {
        const known = thrown instanceof HostError;
        const { reason, message, metadata } = known
          ? thrown
          : new HostError('UNSUPPORTED', `The engine failed at "${command.kind}": ${String(thrown)}`);
        thread.post({ kind: 'refused', id, reason, message, metadata });
        if (!known) thread.post({ kind: 'defect', message: `${command.kind}: ${describe(thrown)}` });
      }
    }
  }

  function scanOnce(timeNs: bigint, latenessMs: number, missedTicks: number): void {
    const { machine, stats, writer, detector } = thread.need();
    const dateNs = virtual ? attach.virtualDateNs + timeNs : wallNs();
    const begin = performance.now();
    stats.planned(begin - latenessMs);
    let taskRuns: number | undefined;
    try {
      taskRuns = thread.active(() => machine.runScan(timeNs, dateNs));
    } catch (thrown) {
      thread.post({ kind: 'defect', message: `scan: ${describe(thrown)}` });
      machine.fail({ code: 'R4007', message: faultCodes.R4007, scan: machine.scan + 1 });
    }
    const end = performance.now();
    if (taskRuns === undefined) {
      machine.makeSafe(detector.past);
      writer.write(thread.boundary());
      thread.settle('fault');
      return;
    }
    thread.dateNs = dateNs;
    const durationNs = Math.round((end - begin) * 1e6);
    const latenessNs = Math.round(latenessMs * 1e6);
    writer.scan({ scan: machine.scan, timeNs, dateNs, latenessNs, durationNs, taskRuns, missedTicks });
    stats.raise('ringHighWater', writer.ring.usedBytes());
    thread.wakeReader();
    stats.record.add((performance.now() - end) * 1e6);
    stats.duration.add(durationNs);
    stats.count('scans', 1);
    const lost = writer.takeLost();
    if (lost > 0) stats.count('lostRecords', lost);
    countPending();
  }
  function countPending(): void {
    const { mode } = thread;
    if (mode.kind === 'stepping') {
      mode.pending.ran += 1;
      if (mode.pending.ran >= mode.pending.limit) thread.stop('done');
    } else if (mode.kind === 'running' && mode.until) {
      const { until } = mode;
      until.ran += 1;
      if (until.test()) thread.stop('done');
      else if (until.ran >= until.limit) thread.stop('limit');
    }
  }

  /** Makes use of time in which there is nothing to do. */
  function tidyUp(idleMs: number): void {
    if (!thread.littered || idleMs < 3 * collectionMs) return;
    thread.littered = false;
    const began = performance.now();
    collectGarbage();
    collectionMs = Math.min(collectionMs, performance.now() - began);
  }

  /** One scan in real time: waits for its instant, leaves out the ticks that have passed altogether. */
  function pacedScan(seenMail: number): void {
    const { machine, stats } = thread.need();
    const tickMs = Number(machine.tickNs) / 1e6;
    const deadlineMs = (thread.deadlineMs ??= performance.now());
    tidyUp(deadlineMs - performance.now());
    if (pacing.waitUntil(deadlineMs, tickMs, seenMail) === 'mail') return;
    const latenessMs = performance.now() - deadlineMs;
    const missed = Math.max(0, Math.floor(latenessMs / tickMs));
    stats.lateness.add(latenessMs * 1e6);
    stats.set('spinNs', pacing.spinNs);
    if (missed > 0) stats.count('missedTicks', missed);
    if (latenessMs > Math.max(lateThresholdMs, tickMs / 10)) stats.count('lateScans', 1);
    thread.deadlineMs = deadlineMs + (missed + 1) * tickMs;
    scanOnce(machine.timeNs + machine.tickNs * BigInt(missed + 1), latenessMs, missed);
  }

  /** One scan as soon as possible. There is no instant to miss, so it rather gives the reader time than loses records. */
  function freeScan(seenMail: number): void {
    tidyUp(Infinity);
    const { machine, writer } = thread.need();
    const { ring } = writer;
    if (writer.losing || ring.usedBytes() > ring.capacityBytes * fullShare) {
      if (!waitForRoom(seenMail)) return;
    }
    scanOnce(machine.timeNs + machine.tickNs, 0, 0);
  }

  /** Ends a loss where it can; else sleeps until the reader has made room or mail comes. False: look again. */
  function waitForRoom(seenMail: number): boolean {
    const { writer } = thread.need();
    const { ring } = writer;
    const roomy = (): boolean => writer.resync(thread.boundary()) && ring.usedBytes() <= ring.capacityBytes / 2;
    if (roomy()) {
      thread.wakeReader();
      return true;
    }
    Atomics.store(control, controlWords.lost, 1);
    thread.wakeReader();
    if (!roomy()) Atomics.wait(control, controlWords.mail, seenMail);
    return false;
  }

  return {
    loop() {
      const threadId = kernelThreadId();
      const slackNs = attach.realtime && threadId !== undefined ? sharpenTimer(threadId) : undefined;
      port.postMessage({ kind: 'thread', ...(slackNs !== undefined && { slackNs }) } satisfies WorkerMessage);
      for (;;) {
        const seen = Atomics.load(control, controlWords.mail);
        takeMail();
        if (Atomics.load(control, controlWords.close) === 1) return;
        if (thread.mode.kind === 'running' && !virtual) pacedScan(seen);
        else if (thread.mode.kind === 'running' || thread.mode.kind === 'stepping') freeScan(seen);
        else if (thread.program?.writer.losing) waitForRoom(seen);
        else if (thread.littered) tidyUp(Infinity);
        else Atomics.wait(control, controlWords.mail, seen);
      }
    },
  };
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
