import { runVerb } from './command.js';

/** The verbs that need no host. */
export const offlineVerbs = ['check', 'simulate', 'test'] as const;

/** Runs an offline verb; gives the exit code. */
export async function runOffline(verb: (typeof offlineVerbs)[number], argv: readonly string[]): Promise<number> {
  return runVerb(argv.includes('--json'), async () => {
    switch (verb) {
      case 'check':
        return (await import('./check.js')).check(argv);
      case 'simulate':
        return (await import('./simulate.js')).simulate(argv);
      case 'test':
        return (await import('./test.js')).test(argv);
    }
  });
}
