import { createGenerations } from '../../../server/src/runtime/generations.js';
import { createStateTable } from '../../../server/src/store/state-table.js';

const writer = (name: string, timeNs: bigint) => ({ by: { kind: 'client' as const, name }, scan: 1, timeNs });

describe('generations', () => {
  it('count a write for other writes from the moment it is claimed, and for readers when it is on disk', () => {
    const state = createStateTable();
    const generations = createGenerations('main', state);
    expect(generations.read('Main.x')).toEqual({ count: 0n });
    const first = generations.claim('Main.x', writer('a', 1n));
    const second = generations.claim('Main.x', writer('b', 2n));
    expect(generations.claimed('Main.x')).toMatchObject({ count: 2n, lastWriter: { by: { name: 'b' } } });
    expect(generations.read('Main.x').count).toBe(0n);
    // Both are journaled, and the first is on disk.
    state.apply([first.change, second.change]);
    expect(generations.read('Main.x').count).toBe(0n);
    first.settle(true);
    expect(generations.read('Main.x')).toMatchObject({ count: 1n, lastWriter: { by: { name: 'a' } } });
    expect(generations.claimed('Main.x').count).toBe(2n);
    second.settle(true);
    expect(generations.read('Main.x')).toMatchObject({ count: 2n, lastWriter: { by: { name: 'b' } } });
  });

  it('do not count a write that failed before it had an event', () => {
    const generations = createGenerations('main', createStateTable());
    generations.claim('Main.x', writer('a', 1n)).settle(false);
    expect(generations.read('Main.x').count).toBe(0n);
    expect(generations.claimed('Main.x').count).toBe(0n);
  });

  it('of all variables go up with a reset, whose writer is the system until someone writes again', () => {
    const state = createStateTable();
    const generations = createGenerations('main', state);
    const claim = generations.claim('Main.x', writer('a', 1n));
    state.apply([claim.change]);
    claim.settle(true);
    state.apply([generations.bumpAll({ by: { kind: 'system', name: 'system' }, scan: 0, timeNs: 5n })]);
    expect(generations.read('Main.x')).toMatchObject({ count: 2n, lastWriter: { by: { name: 'system' } } });
    expect(generations.read('Main.other')).toMatchObject({ count: 1n, lastWriter: { by: { name: 'system' } } });
    const last = generations.claim('Main.x', writer('c', 9n));
    state.apply([last.change]);
    last.settle(true);
    expect(generations.read('Main.x')).toMatchObject({ count: 3n, lastWriter: { by: { name: 'c' } } });
  });

  it('of one runtime are not those of another', () => {
    const state = createStateTable();
    state.apply([createGenerations('main', state).claim('Main.x', writer('a', 1n)).change]);
    expect(createGenerations('fork', state).read('Main.x').count).toBe(0n);
  });
});
