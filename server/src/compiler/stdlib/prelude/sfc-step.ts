import type { PreludePou } from '../standard-function.js';

/** What a step of an SFC looks like from outside: `step.X`, `step.T` (IEC 61131-3:2013, table 54). */
export const sfcStep: readonly PreludePou[] = [
  {
    name: '__SFC_STEP',
    text: `TYPE __SFC_STEP : STRUCT
  X : BOOL;
  T : TIME;
END_STRUCT;
END_TYPE
`,
  },
];
