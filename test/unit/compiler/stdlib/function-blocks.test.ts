import { findProfile, type Profile } from '../../../../server/src/compiler/profile.js';
import { preludeFor } from '../../../../server/src/compiler/stdlib/prelude/prelude.js';
import { findings, runProgram, type Plain } from '../../../support/run-program.js';

const matiec = findProfile('matiec')!;
const codesys = findProfile('codesys')!;

/** One scan: what passes before it in ms, inputs as literals, and what must be there after it. */
type Step = readonly [ms: number, inputs: Readonly<Record<string, string>>, outputs: Readonly<Record<string, Plain>>];

function play(declarations: string, body: string, steps: readonly Step[], profile?: Profile): void {
  const program = runProgram(`PROGRAM Main\nVAR\n${declarations}\nEND_VAR\n${body}\nEND_PROGRAM`, profile);
  for (const [index, [ms, inputs, outputs]] of steps.entries()) {
    for (const [name, literal] of Object.entries(inputs)) program.write(`Main.${name}`, literal);
    program.scan(ms);
    const got = Object.fromEntries(Object.keys(outputs).map((name) => [name, program.read(`Main.${name}`)]));
    expect({ scan: index + 1, ...got }).toEqual({ scan: index + 1, ...outputs });
  }
}

const ms = (n: number): bigint => BigInt(n) * 1_000_000n;

describe('timers', () => {
  const timer = (type: string, time = 'TIME'): [string, string] => [
    `t : ${type}; in : BOOL; q : BOOL; et : ${time};`,
    `t(IN := in, PT := ${time === 'TIME' ? 'T' : 'LTIME'}#100ms, Q => q, ET => et);`,
  ];

  it.each([
    ['TON', 'TIME'],
    ['TON_TIME', 'TIME'],
    ['TON_LTIME', 'LTIME'],
    ['LTON', 'LTIME'],
  ])('%s rises PT after IN and falls with it', (type, time) => {
    play(...timer(type, time), [
      [0, { in: 'FALSE' }, { q: false, et: 0n }],
      [10, { in: 'TRUE' }, { q: false, et: 0n }],
      [60, {}, { q: false, et: ms(60) }],
      [39, {}, { q: false, et: ms(99) }],
      [1, {}, { q: true, et: ms(100) }],
      [500, {}, { q: true, et: ms(100) }],
      [10, { in: 'FALSE' }, { q: false, et: 0n }],
      [10, { in: 'TRUE' }, { q: false, et: 0n }],
      [50, { in: 'FALSE' }, { q: false, et: 0n }],
      [60, { in: 'TRUE' }, { q: false, et: 0n }],
    ]);
  });

  it.each([
    ['TOF', 'TIME'],
    ['TOF_LTIME', 'LTIME'],
  ])('%s rises with IN and falls PT after it', (type, time) => {
    play(...timer(type, time), [
      [0, { in: 'FALSE' }, { q: false, et: 0n }],
      [10, { in: 'TRUE' }, { q: true, et: 0n }],
      [10, { in: 'FALSE' }, { q: true, et: 0n }],
      [60, {}, { q: true, et: ms(60) }],
      [10, { in: 'TRUE' }, { q: true, et: 0n }],
      [10, { in: 'FALSE' }, { q: true, et: 0n }],
      [100, {}, { q: false, et: ms(100) }],
      [100, {}, { q: false, et: ms(100) }],
      [10, { in: 'TRUE' }, { q: true, et: 0n }],
    ]);
  });

  it.each([
    ['TP', 'TIME'],
    ['TP_LTIME', 'LTIME'],
  ])('%s gives a pulse of PT, whatever IN does meanwhile', (type, time) => {
    play(...timer(type, time), [
      [0, { in: 'TRUE' }, { q: true, et: 0n }],
      [60, { in: 'FALSE' }, { q: true, et: ms(60) }],
      [20, { in: 'TRUE' }, { q: true, et: ms(80) }],
      [20, {}, { q: false, et: ms(100) }],
      [50, {}, { q: false, et: ms(100) }],
      [10, { in: 'FALSE' }, { q: false, et: 0n }],
      [10, { in: 'TRUE' }, { q: true, et: 0n }],
      [150, { in: 'FALSE' }, { q: false, et: 0n }],
    ]);
  });

  it('a TON with PT 0 still waits for the scan after the edge', () => {
    play('t : TON; q : BOOL;', 't(IN := TRUE, PT := T#0s, Q => q);', [
      [0, {}, { q: false }],
      [0, {}, { q: true }],
    ]);
  });

  it('a timer called twice in a scan sees one time', () => {
    play('t : TON; et : TIME;', 't(IN := TRUE, PT := T#1s); t(); et := t.ET;', [
      [0, {}, { et: 0n }],
      [20, {}, { et: ms(20) }],
    ]);
  });
});

describe('counters', () => {
  const count = (type: string, value: string): [string, string] => [
    `c : ${type}; cu, cd, r, ld, qu, qd : BOOL; pv : ${value}; cv : ${value};`,
    'c(CU := cu, CD := cd, R := r, LD := ld, PV := pv, QU => qu, QD => qd, CV => cv);',
  ];

  it.each([
    ['CTUD', 'INT'],
    ['CTUD_DINT', 'DINT'],
    ['CTUD_LINT', 'LINT'],
    ['CTUD_UDINT', 'UDINT'],
    ['CTUD_ULINT', 'ULINT'],
  ])('%s counts edges up and down, resets before it loads', (type, value) => {
    play(...count(type, value), [
      [0, { pv: '2' }, { cv: 0n, qu: false, qd: true }],
      [0, { cd: 'TRUE' }, { cv: 0n, qu: false, qd: true }],
      [0, { cu: 'TRUE', cd: 'FALSE' }, { cv: 1n, qu: false, qd: false }],
      [0, {}, { cv: 1n }],
      [0, { cu: 'FALSE' }, { cv: 1n }],
      [0, { cu: 'TRUE', cd: 'TRUE' }, { cv: 1n }],
      [0, { cu: 'FALSE', cd: 'FALSE' }, { cv: 1n }],
      [0, { cu: 'TRUE' }, { cv: 2n, qu: true }],
      [0, { cu: 'FALSE' }, { cv: 2n }],
      [0, { cu: 'TRUE' }, { cv: 3n, qu: true }],
      [0, { ld: 'TRUE' }, { cv: 2n, qu: true }],
      [0, { r: 'TRUE' }, { cv: 0n, qd: true }],
    ]);
  });

  it('CTU stops at the greatest value in edition 3 and at PV in MATIEC', () => {
    const steps: readonly Step[] = [
      [0, { cu: 'TRUE' }, { cv: 1n }],
      [0, { cu: 'FALSE' }, { cv: 1n }],
    ];
    const body: [string, string] = [
      'c : CTU; cu : BOOL; cv : INT; q : BOOL;',
      'c(CU := cu, PV := 1, CV => cv, Q => q);',
    ];
    play(...body, [...steps, [0, { cu: 'TRUE' }, { cv: 2n, q: true }]]);
    play(...body, [...steps, [0, { cu: 'TRUE' }, { cv: 1n, q: true }]], matiec);
    const program = runProgram(
      'PROGRAM Main\nVAR c : CTU; cv : INT; i : DINT; END_VAR\nFOR i := 1 TO 32800 DO c(CU := FALSE, PV := 5); c(CU := TRUE, PV := 5); END_FOR;\ncv := c.CV;\nEND_PROGRAM',
    );
    program.scan();
    expect(program.read('Main.cv')).toBe(32_767n);
  });

  it('CTD loads and counts down to 0', () => {
    play('c : CTD; cd, ld, q : BOOL; cv : INT;', 'c(CD := cd, LD := ld, PV := 2, Q => q, CV => cv);', [
      [0, { ld: 'TRUE' }, { cv: 2n, q: false }],
      [0, { ld: 'FALSE', cd: 'TRUE' }, { cv: 1n, q: false }],
      [0, {}, { cv: 1n }],
      [0, { cd: 'FALSE' }, { cv: 1n }],
      [0, { cd: 'TRUE' }, { cv: 0n, q: true }],
      [0, { cd: 'FALSE' }, { cv: 0n }],
      [0, { cd: 'TRUE' }, { cv: 0n, q: true }],
    ]);
  });
});

describe('bistables, edges and the rest', () => {
  it.each([
    ['SR', 'S1', 'R', true],
    ['SR', 'SET1', 'RESET', true],
    ['RS', 'S', 'R1', false],
    ['RS', 'SET', 'RESET1', false],
  ])('%s with %s and %s is %s where both are TRUE', (type, set, reset, both) => {
    play('f : ' + type + '; s, r, q : BOOL;', `f(${set} := s, ${reset} := r, Q1 => q);`, [
      [0, {}, { q: false }],
      [0, { s: 'TRUE' }, { q: true }],
      [0, { s: 'FALSE' }, { q: true }],
      [0, { r: 'TRUE' }, { q: false }],
      [0, { r: 'FALSE' }, { q: false }],
      [0, { s: 'TRUE', r: 'TRUE' }, { q: both }],
    ]);
  });

  it('R_TRIG and F_TRIG pulse for one scan; the first call of F_TRIG is as the profile says', () => {
    const body: [string, string] = [
      're : R_TRIG; fe : F_TRIG; clk, r, f : BOOL;',
      're(CLK := clk, Q => r); fe(CLK := clk, Q => f);',
    ];
    const rest: readonly Step[] = [
      [0, {}, { r: false, f: false }],
      [0, { clk: 'TRUE' }, { r: true, f: false }],
      [0, {}, { r: false, f: false }],
      [0, { clk: 'FALSE' }, { r: false, f: true }],
      [0, {}, { r: false, f: false }],
    ];
    play(...body, [[0, {}, { r: false, f: true }], ...rest]);
    play(...body, [[0, {}, { r: false, f: false }], ...rest], { ...matiec, name: 'quiet', fTrigFirstCall: 'quiet' });
  });

  it('SEMA is busy from the scan after the claim until it is released', () => {
    play('s : SEMA; claim, release, busy : BOOL;', 's(CLAIM := claim, RELEASE := release, BUSY => busy);', [
      [0, { claim: 'TRUE' }, { busy: false }],
      [0, {}, { busy: true }],
      [0, { claim: 'FALSE' }, { busy: true }],
      [0, { release: 'TRUE' }, { busy: false }],
      [0, { release: 'FALSE' }, { busy: false }],
    ]);
  });

  it('RTC runs on from the date it was given', () => {
    play('c : RTC; in, q : BOOL; now : DT;', 'c(IN := in, PDT := DT#2024-02-29-23:59:59, Q => q, CDT => now);', [
      [0, {}, { q: false, now: 0n }],
      [10, { in: 'TRUE' }, { q: true, now: BigInt(Date.UTC(2024, 1, 29, 23, 59, 59)) * 1_000_000n }],
      [1500, {}, { q: true, now: BigInt(Date.UTC(2024, 2, 1, 0, 0, 0, 500)) * 1_000_000n }],
    ]);
  });

  it('BLINK starts high and alternates', () => {
    play('b : BLINK; en, out : BOOL;', 'b(ENABLE := en, TIMELOW := T#20ms, TIMEHIGH := T#10ms, OUT => out);', [
      [0, {}, { out: false }],
      [10, { en: 'TRUE' }, { out: true }],
      [9, {}, { out: true }],
      [1, {}, { out: false }],
      [19, {}, { out: false }],
      [1, {}, { out: true }],
      [5, { en: 'FALSE' }, { out: true }],
      [50, {}, { out: true }],
    ]);
  });

  it('INTEGRAL, DERIVATIVE, RAMP, HYSTERESIS and PID follow annex F', () => {
    play(
      'i : INTEGRAL; d : DERIVATIVE; r : RAMP; h : HYSTERESIS; p : PID; x : REAL; run : BOOL; io, do_, ro, po : REAL; busy, q : BOOL;',
      `i(RUN := run, R1 := NOT run, XIN := x, X0 := 1.0, CYCLE := T#500ms, XOUT => io);
d(RUN := run, XIN := x, CYCLE := T#500ms, XOUT => do_);
r(RUN := run, X0 := 0.0, X1 := 10.0, TR := T#1s, CYCLE := T#500ms, BUSY => busy, XOUT => ro);
h(XIN1 := x, XIN2 := 5.0, EPS := 1.0, Q => q);
p(AUTO := run, PV := x, SP := 1.0, X0 := 0.0, KP := 2.0, TR := 1.0, TD := 0.0, CYCLE := T#500ms, XOUT => po);`,
      [
        [0, { x: '4.0' }, { io: 1, do_: 0, ro: 0, busy: false, q: false, po: 0 }],
        [500, { run: 'TRUE', x: '8.0' }, { io: 5, do_: 2.4000000953674316, ro: 0, busy: true, q: true, po: 15 }],
        [500, {}, { io: 9, ro: 5, busy: true, q: true, po: 22 }],
        [500, { x: '5.0' }, { ro: 10, busy: false, q: true }],
        [500, { x: '3.5' }, { q: false }],
      ],
    );
  });

  it.each(['iec', 'codesys', 'matiec', 'twincat'])('what everybody expects is there in %s', (name) => {
    const names = [
      'SEMA',
      'RTC',
      'INTEGRAL',
      'DERIVATIVE',
      'PID',
      'RAMP',
      'RAMP_INT',
      'RAMP_REAL',
      'HYSTERESIS',
      'BLINK',
    ];
    const declarations = names.map((type, i) => `f${i} : ${type};`).join(' ');
    const calls = names.map((_type, i) => `f${i}();`).join(' ');
    runProgram(`PROGRAM Main VAR ${declarations} END_VAR ${calls} END_PROGRAM`, findProfile(name)).scan();
  });

  it('every function block and structure of every profile compiles', () => {
    for (const profile of [findProfile('iec')!, codesys, matiec, findProfile('twincat')!]) {
      const blocks = [...preludeFor(profile).values()].filter((pou) => /^(FUNCTION_BLOCK|TYPE) /.test(pou.text));
      expect(blocks.length).toBeGreaterThan(40);
      const source = `PROGRAM Main\nVAR\n${blocks.map((pou, i) => `v${i} : ${pou.name};`).join('\n')}\nEND_VAR\n${blocks.map((pou, i) => (pou.text.startsWith('FUNCTION_BLOCK') ? `v${i}();` : '')).join('\n')}\nEND_PROGRAM`;
      expect(findings(source, profile).filter((d) => d.severity === 'error')).toEqual([]);
    }
  });
});
