import { createWakePace } from '../../../server/src/events/wake-pace.js';
import { manualTime } from '../../support/manual-time.js';

/** Two halves of readers; to write to one of them what is queued for it takes `costMs` of the event loop. */
function readers(costMs: number) {
  const time = manualTime();
  const waiting: [number[], number[]] = [[], []];
  const delays: number[] = [];
  let spent = 0;
  const pace = createWakePace({ nowMs: () => time.nowMs() + spent, timers: time.timers }, (woken) => {
    for (const half of woken === undefined ? ([0, 1] as const) : [woken]) {
      const queue = waiting[half].splice(0);
      if (queue.length === 0) continue;
      spent += costMs;
      delays.push(...queue.map((queued) => time.nowMs() - queued));
    }
  });
  return {
    /** How long each message waited for each half. */
    delays,
    /** Messages, `gapMs` apart. */
    async messages(count: number, gapMs: number): Promise<void> {
      for (let i = 0; i < count; i += 1) {
        for (const queue of waiting) queue.push(time.nowMs());
        pace.queued();
        await time.settle();
        spent = 0;
        await time.advance(gapMs);
      }
    },
    advance: (ms: number) => time.advance(ms),
    costs: (ms: number) => (costMs = ms),
  };
}

const waits = (delays: readonly number[]): Record<number, number> =>
  delays.reduce<Record<number, number>>((counts, delay) => ({ ...counts, [delay]: (counts[delay] ?? 0) + 1 }), {});

describe('readers are woken', () => {
  it('for each message while that costs little', async () => {
    const few = readers(1);
    await few.messages(200, 10);
    expect(waits(few.delays)).toEqual({ 0: 400 });
  });

  it('by halves, each for two messages, where waking takes most of the time', async () => {
    const many = readers(3.5);
    await many.messages(100, 10);
    many.delays.length = 0;
    await many.messages(100, 10);
    expect(waits(many.delays)).toEqual({ 0: 100, 10: 100 });
  });

  it('soon, when no further message comes', async () => {
    const many = readers(3.5);
    await many.messages(100, 10);
    many.delays.length = 0;
    await many.messages(1, 0);
    expect(waits(many.delays)).toEqual({ 0: 1, 10: 1 });
    await many.advance(100);
    expect(waits(many.delays)).toEqual({ 0: 1, 10: 1, 20: 1 });
  });

  it('all again when waking has become cheap', async () => {
    const many = readers(3.5);
    await many.messages(100, 10);
    many.costs(0.5);
    await many.messages(100, 10);
    many.delays.length = 0;
    await many.messages(100, 10);
    expect(waits(many.delays)).toEqual({ 0: 200 });
  });

  it('at once where messages are far apart, whatever waking costs', async () => {
    const many = readers(40);
    await many.messages(100, 100);
    expect(waits(many.delays)).toEqual({ 0: 200 });
  });
});
