import { checkRun } from '../../failover/check/check-run.js';
import { tickMs } from '../../failover/program.js';
import type { LogLine } from '../../failover/run-log.js';

/** Two lives: the first scans `scans` times and is killed; the second tells what it restored. A watcher sees each scan at once. */
function twoLives(scans: number, restored: number, more: readonly LogLine[] = []): readonly LogLine[] {
  const killed = 1000 + scans * tickMs;
  const back = killed + 500;
  return [
    { t: 900, kind: 'start', life: 1, build: 'test' },
    { t: 1000, kind: 'serving', life: 1, epoch: '1-a', mode: 'RUNNING' },
    { t: killed, kind: 'killed', life: 1, how: 'random' },
    { t: killed + 10, kind: 'start', life: 2, build: 'test' },
    { t: back, kind: 'serving', life: 2, epoch: '2-b', mode: 'RUNNING' },
    opened(1000, 'watcher4', '1-a'),
    ...Array.from({ length: scans }, (_, i) => counted(1000 + i * tickMs, 'watcher4', i + 1)),
    opened(back + 10, 'watcher4', '2-b'),
    { ...counted(back + 20, 'watcher4', restored + 1), values: { 'Main.Restored': restored, 'Main.Mixed': 0 } },
    ...more,
  ];
}

const opened = (t: number, c: string, epoch: string): LogLine => ({ t, c, kind: 'opened', q: 0, epoch, floor: 0 });

const counted = (t: number, c: string, life: number): Extract<LogLine, { kind: 'snapshot' }> => ({
  t, c, kind: 'snapshot', q: 0, scan: life, mode: 'RUNNING', values: { 'Main.Life': life, 'Main.Count': life },
}); // prettier-ignore

const retainOf = (lines: readonly LogLine[]): readonly string[] =>
  checkRun(lines, [])
    .filter(({ invariant }) => invariant === 'retain')
    .map(({ detail }) => detail);

describe('the checker, on retained values', () => {
  it('takes a state that is at most one interval old', () => {
    expect(retainOf(twoLives(400, 397))).toEqual([]);
    expect(retainOf(twoLives(400, 380))).toEqual([]);
  });

  it('names one that is too old', () => {
    expect(retainOf(twoLives(400, 300))).toEqual([expect.stringMatching(/^life 2 restored 300; 37\d had been there/)]);
  });

  it('names one that nobody can have reached', () => {
    expect(retainOf(twoLives(400, 900))).toEqual([expect.stringContaining('life 2 restored 900, which no scan had')]);
  });

  it('does not take what a watcher reads again from an old cursor for the newest', () => {
    const again = [opened(1100, 'watcher12', '1-a'), counted(1000 + 399.5 * tickMs, 'watcher12', 12)];
    expect(retainOf(twoLives(400, 397, again))).toEqual([]);
  });

  it('names a mixture of two states, and clients that disagree', () => {
    const mixed: LogLine = { ...counted(9600, 'watcher5', 398), values: { 'Main.Mixed': 3, 'Main.Restored': 390 } };
    const details = retainOf(twoLives(400, 397, [opened(9599, 'watcher5', '2-b'), mixed]));
    expect(details).toContain('watcher5: 3 retained words were not of the scan that was restored');
    expect(details).toContain('watcher5: life 2 restored 390, others say 397');
  });
});
