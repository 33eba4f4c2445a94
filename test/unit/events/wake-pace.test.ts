import { createWakePace, type WakePace, type WokenGroup } from '../../../server/src/events/wake-pace.js';
import { manualTime, type ManualTime } from '../../support/manual-time.js';

/** Readers of the same messages in two halves; to write to one half what is queued for it takes `costMs` of the event loop. */
interface Readers extends WokenGroup {
  /** How long each message waited, for each half. */
  waits(): Record<number, number>;
  forget(): void;
  costs(ms: number): void;
}

let time: ManualTime;
let spent: number;
let pace: WakePace;
beforeEach(() => {
  time = manualTime();
  spent = 0;
  pace = createWakePace({ nowMs: () => time.nowMs() + spent, timers: time.timers });
});

function readers(costMs: number): Readers & { readonly queue: () => void } {
  const waiting: [number[], number[]] = [[], []];
  let delays: number[] = [];
  return {
    queue: () => waiting.forEach((queue) => queue.push(time.nowMs())),
    wake: (woken) => {
      for (const half of woken === undefined ? ([0, 1] as const) : [woken]) {
        const taken = waiting[half].splice(0);
        if (taken.length > 0) spent += costMs;
        delays.push(...taken.map((queued) => time.nowMs() - queued));
      }
    },
    waits: () => delays.reduce<Record<number, number>>((counts, delay) => ({ ...counts, [delay]: (counts[delay] ?? 0) + 1 }), {}), // prettier-ignore
    forget: () => (delays = []),
    costs: (ms) => (costMs = ms),
  };
}

/** A message to `to`, and what the event loop does then. */
async function message(to: ReturnType<typeof readers>): Promise<void> {
  to.queue();
  pace.queued([to]);
  await time.settle();
  spent = 0;
}

async function messages(to: ReturnType<typeof readers>, count: number, gapMs: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await message(to);
    await time.advance(gapMs);
  }
}

describe('readers are woken', () => {
  it('for each message while that costs little', async () => {
    const few = readers(1);
    await messages(few, 200, 10);
    expect(few.waits()).toEqual({ 0: 400 });
  });

  it('by halves, each for two messages, where waking takes most of the time', async () => {
    const many = readers(3.5);
    await messages(many, 100, 10);
    many.forget();
    await messages(many, 100, 10);
    expect(many.waits()).toEqual({ 0: 100, 10: 100 });
  });

  it('soon, when no further message comes', async () => {
    const many = readers(3.5);
    await messages(many, 100, 10);
    many.forget();
    await message(many);
    expect(many.waits()).toEqual({ 0: 1, 10: 1 });
    await time.advance(40);
    const [last] = Object.keys(many.waits())
      .map(Number)
      .filter((ms) => ms > 10);
    expect(last).toBeLessThanOrEqual(40);
  });

  it('soon, also while others go on', async () => {
    const [many, other] = [readers(3.5), readers(0)];
    await messages(many, 100, 10);
    many.forget();
    await message(many);
    await messages(other, 20, 5);
    expect(Object.values(many.waits()).reduce((sum, n) => sum + n, 0)).toBe(3);
  });

  it('all again when waking has become cheap', async () => {
    const many = readers(3.5);
    await messages(many, 100, 10);
    many.costs(0.5);
    await messages(many, 100, 10);
    many.forget();
    await messages(many, 100, 10);
    expect(many.waits()).toEqual({ 0: 200 });
  });

  it('at once where messages are far apart, whatever waking costs', async () => {
    const many = readers(40);
    await messages(many, 100, 100);
    expect(many.waits()).toEqual({ 0: 200 });
  });

  it('for two messages also where those of others come in between', async () => {
    const [many, other] = [readers(3.5), readers(0)];
    const both = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) {
        await messages(many, 1, 5);
        await messages(other, 1, 5);
      }
    };
    await both(100);
    many.forget();
    await both(100);
    expect(many.waits()).toEqual({ 0: 100, 10: 100 });
  });
});
