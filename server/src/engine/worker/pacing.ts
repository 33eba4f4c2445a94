import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { controlWords } from '../control-page.js';

/** Waits for absolute instants of `performance.now()` on the control page's mail word. */
export interface Pacing {
  /** Returns `mail` as soon as the mail word is no longer `seenMail`, else `due` at the instant or as soon after it as can be. */
  waitUntil(deadlineMs: number, tickMs: number, seenMail: number): 'due' | 'mail';
  /** How much of the last wait was spun, at most, ns. */
  readonly spinNs: number;
}

/** No wait ends this much before its deadline, however badly the machine sleeps; and never more than a tenth of a tick. */
const spinLimitMs = 0.3;

/**
 * Sleeping overshoots by the timer slack and by the time the processor takes to wake, 50 to 200 us on small virtual machines. So
 * the wait ends early by what sleeps have lately overshot, and the rest is spun: measured lateness falls to a few us.
 */
export function createPacing(control: Int32Array): Pacing {
  /** Overshoot that about nine of ten sleeps stay below, followed step by step. */
  let overshootMs = 0.06;
  let spinMs = 0;
  return {
    get spinNs() {
      return Math.round(spinMs * 1e6);
    },
    waitUntil(deadlineMs, tickMs, seenMail) {
      spinMs = Math.min(overshootMs, spinLimitMs, tickMs / 10);
      for (;;) {
        const target = deadlineMs - spinMs;
        const now = performance.now();
        if (now >= target) break;
        if (Atomics.wait(control, controlWords.mail, seenMail, target - now) !== 'timed-out') return 'mail';
        const overshoot = performance.now() - target;
        if (overshoot > overshootMs) overshootMs = Math.min(spinLimitMs, overshootMs + 0.009);
        else overshootMs = Math.max(0.01, overshootMs - 0.001);
      }
      while (performance.now() < deadlineMs) {
        if (Atomics.load(control, controlWords.mail) !== seenMail) return 'mail';
      }
      return Atomics.load(control, controlWords.mail) === seenMail ? 'due' : 'mail';
    },
  };
}

/** Kernel's number of the calling thread; undefined where there is no /proc. Reading it is synchronous, so it is this thread's. */
export function kernelThreadId(): number | undefined {
  try {
    const id = Number(readlinkSync('/proc/thread-self').split('/').pop());
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Asks for a timer slack of 1 ns for the calling thread and says what is in force. */
export function sharpenTimer(threadId: number): number | undefined {
  const file = `/proc/${threadId}/timerslack_ns`;
  try {
    writeFileSync(file, '1');
  } catch {
    // Not permitted: what is in force is read below.
  }
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
