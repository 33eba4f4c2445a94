import type { PreludePou } from '../standard-function.js';

/**
 * Timers (IEC 61131-3:2013, table 46, figure 15) on the scan's one time stamp: in the scan of the starting edge ET is 0;
 * the time is up in the first scan at which now - start >= PT; ET stops at PT. TP can't be started again while it runs.
 */
export function timers(): readonly PreludePou[] {
  const named: readonly (readonly [suffix: string, prefix: string, type: string])[] = [
    ['', '', 'TIME'],
    ['_TIME', '', 'TIME'],
    ['_LTIME', '', 'LTIME'],
    ['', 'L', 'LTIME'],
  ];
  return named.flatMap(([suffix, prefix, type]) => [
    tp(`${prefix}TP${suffix}`, type),
    ton(`${prefix}TON${suffix}`, type),
    tof(`${prefix}TOF${suffix}`, type),
  ]);
}

const header = (name: string, type: string): string => `FUNCTION_BLOCK ${name}
VAR_INPUT IN : BOOL; PT : ${type}; END_VAR
VAR_OUTPUT Q : BOOL; ET : ${type}; END_VAR
`;

const tp = (name: string, type: string): PreludePou => ({
  name,
  text: `${header(name, type)}VAR M, RUNNING, DONE : BOOL; STARTED : ${type}; END_VAR
IF RUNNING THEN
  ET := __NOW() - STARTED;
  IF ET >= PT THEN
    ET := PT;
    Q := FALSE;
    RUNNING := FALSE;
    DONE := TRUE;
  END_IF;
ELSIF IN AND NOT M AND NOT DONE THEN
  RUNNING := TRUE;
  Q := TRUE;
  STARTED := __NOW();
END_IF;
IF DONE AND NOT IN THEN
  DONE := FALSE;
  ET := ${type}#0s;
END_IF;
M := IN;
END_FUNCTION_BLOCK
`,
});

const ton = (name: string, type: string): PreludePou => ({
  name,
  text: `${header(name, type)}VAR M : BOOL; STARTED : ${type}; END_VAR
IF NOT IN THEN
  Q := FALSE;
  ET := ${type}#0s;
ELSIF NOT M THEN
  Q := FALSE;
  ET := ${type}#0s;
  STARTED := __NOW();
ELSIF NOT Q THEN
  ET := __NOW() - STARTED;
  IF ET >= PT THEN
    ET := PT;
    Q := TRUE;
  END_IF;
END_IF;
M := IN;
END_FUNCTION_BLOCK
`,
});

const tof = (name: string, type: string): PreludePou => ({
  name,
  text: `${header(name, type)}VAR M, RUNNING : BOOL; STARTED : ${type}; END_VAR
IF IN THEN
  Q := TRUE;
  RUNNING := FALSE;
  ET := ${type}#0s;
ELSIF M THEN
  RUNNING := TRUE;
  STARTED := __NOW();
ELSIF RUNNING THEN
  ET := __NOW() - STARTED;
  IF ET >= PT THEN
    ET := PT;
    Q := FALSE;
    RUNNING := FALSE;
  END_IF;
END_IF;
M := IN;
END_FUNCTION_BLOCK
`,
});
