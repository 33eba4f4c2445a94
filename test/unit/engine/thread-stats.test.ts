import { readHistogram } from '../../../server/src/engine/histogram.js';
import { allocateStats, statsLayout } from '../../../server/src/engine/stats-page.js';
import { createThreadStats } from '../../../server/src/engine/worker/thread-stats.js';

describe('the figures of a task', () => {
  it('count its lateness from the planned instant of the scan, tasks before it included', () => {
    const page = allocateStats(2);
    const layout = statsLayout(2);
    const stats = createThreadStats(page, 2);
    const scanBegan = performance.now();
    stats.planned(scanBegan - 5);
    stats.task(0, scanBegan + 1, 0);
    stats.task(1, scanBegan + 4, 7);
    const [first, second] = [0, 1].map((task) => readHistogram(page, layout.taskLateness(task)));
    expect([first!.count, second!.count]).toEqual([1, 1]);
    // 5 ms late, and 1 ms into the scan; 3 ms later the next.
    expect(first!.maxNs).toBeGreaterThan(5e6);
    expect(second!.maxNs - first!.maxNs).toBeGreaterThan(2e6);
    expect([...new Float64Array(page, layout.taskCounters(1), 2)]).toEqual([1, 7]);
  });
});
