import { createRandom } from '../support/random.js';
import { mutateBytes } from './mutate.js';
import { targets } from './targets.js';

/** What the process that fuzzes one target tells its parent. */
export type FuzzReport =
  | { readonly kind: 'at'; readonly seed: number }
  | { readonly kind: 'failed'; readonly seed: number; readonly error: string; readonly input: string }
  | { readonly kind: 'done'; readonly inputs: number };

export interface FuzzOrder {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
}

async function run({ target, seed, seconds }: FuzzOrder): Promise<void> {
  const fuzzed = await targets[target]!();
  const { seeds } = fuzzed;
  const end = performance.now() + seconds * 1000;
  let inputs = 0;
  let told = 0;
  for (; performance.now() < end; inputs += 1) {
    // A finding is repeated by its own seed.
    const random = createRandom(seed + inputs);
    const input = mutateBytes(seeds[random.below(seeds.length)]!, seeds, random);
    // The parent ends what does not end, and has to know what that was.
    if (performance.now() - told > 200 || inputs === 0) {
      told = performance.now();
      process.send?.({ kind: 'at', seed: seed + inputs } satisfies FuzzReport);
    }
    try {
      await fuzzed.take(input, random);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.send?.({
        kind: 'failed',
        seed: seed + inputs,
        error: text,
        input: Buffer.from(input).toString('latin1'),
      });
    }
  }
  await fuzzed.close?.();
  process.send?.({ kind: 'done', inputs });
  process.disconnect();
}

process.on('message', (order: FuzzOrder) => void run(order));
