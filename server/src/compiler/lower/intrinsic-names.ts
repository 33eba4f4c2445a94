/** Functions that only the compiler can lower: addresses, sizes, bounds, and what the standard library's own code needs. */
const names: ReadonlySet<string> = new Set([
  'ADR',
  'REF',
  'SIZEOF',
  'XSIZEOF',
  '__ISVALIDREF',
  '__QUERYINTERFACE',
  '__QUERYPOINTER',
  '__NEW',
  '__DELETE',
  '__POUNAME',
  '__NOW',
  '__DATE_NOW',
  '__FIRST_SCAN',
  '__MEMCPY',
  '__MEMSET',
  'LOWER_BOUND',
  'UPPER_BOUND',
  '__LOG',
]);

export const isIntrinsic = (key: string): boolean => names.has(key);
