import { createSharedTurn } from '../../../server/src/model/shared-turn.js';

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Something that goes on until it is told to end. */
function lasting(name: string, order: string[]): { act: () => Promise<string>; end: () => void; fail: () => void } {
  let settle: { resolve: (name: string) => void; reject: (error: Error) => void };
  const done = new Promise<string>((resolve, reject) => (settle = { resolve, reject }));
  return {
    act: async () => {
      order.push(`${name} begins`);
      try {
        return await done;
      } finally {
        order.push(`${name} ends`);
      }
    },
    end: () => settle.resolve(name),
    fail: () => settle.reject(new Error(name)),
  };
}

describe('a shared turn', () => {
  it('begins uses at once, beside each other', async () => {
    const turn = createSharedTurn();
    const order: string[] = [];
    const [first, second] = [lasting('first', order), lasting('second', order)];
    const uses = [turn.use(first.act), turn.use(second.act)];
    expect(order).toEqual(['first begins', 'second begins']);
    second.end();
    first.end();
    expect(await Promise.all(uses)).toEqual(['first', 'second']);
  });

  it('lets a replacement wait for the uses before it, and the uses after it wait for that', async () => {
    const turn = createSharedTurn();
    const order: string[] = [];
    const [use, replacement, another, late] = ['use', 'replacement', 'another', 'late'].map((name) =>
      lasting(name, order),
    );
    const all = [turn.use(use!.act), turn.replace(replacement!.act), turn.replace(another!.act), turn.use(late!.act)];
    await soon();
    expect(order).toEqual(['use begins']);
    use!.fail();
    await expect(all[0]).rejects.toThrow('use');
    await soon();
    expect(order.slice(2)).toEqual(['replacement begins']);
    replacement!.fail();
    await expect(all[1]).rejects.toThrow('replacement');
    await soon();
    expect(order.slice(4)).toEqual(['another begins']);
    another!.end();
    await all[2];
    await soon();
    expect(order.slice(6)).toEqual(['late begins']);
    late!.end();
    expect(await all[3]).toBe('late');
  });
});
