import type { PreludeFor, PreludePou } from '../standard-function.js';
import type { Profile } from '../../profile.js';
import { anyInput } from './any-input.js';
import { bistablesAndEdges } from './bistables-and-edges.js';
import { counters } from './counters.js';
import { dateText } from './date-text.js';
import { heap } from './heap.js';
import { numberText } from './number-text.js';
import { numeric } from './numeric.js';
import { processBlocks } from './process-blocks.js';
import { sfcStep } from './sfc-step.js';
import { strings } from './strings.js';
import { timers } from './timers.js';
import { wideStrings } from './wide-strings.js';

const made = new WeakMap<Profile, ReadonlyMap<string, PreludePou>>();

/** The prelude of a profile; made once for each. */
export const preludeFor: PreludeFor = (profile) => {
  let prelude = made.get(profile);
  if (!prelude) {
    const all = [
      ...bistablesAndEdges(profile),
      ...counters(profile),
      ...timers(),
      ...processBlocks(profile),
      ...sfcStep,
      ...anyInput,
      ...strings,
      ...wideStrings,
      ...numberText,
      ...dateText,
      ...numeric,
      ...heap,
    ];
    prelude = new Map(all.map((pou) => [pou.name.toUpperCase(), pou]));
    made.set(profile, prelude);
  }
  return prelude;
};
