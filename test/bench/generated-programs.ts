import { createRandomSource, type RandomSource } from '../support/random-source.js';

/** A program in a PLC language and its twin in C, made from the same description. */
export interface GeneratedProgram {
  readonly fileName: string;
  readonly source: string;
  readonly twin: string;
}

/** `name` or its negation. */
interface Literal {
  readonly name: string;
  readonly negated: boolean;
}
/** An OR of ANDs. */
type Network = readonly (readonly Literal[])[];

const st = (network: Network): string =>
  network.map((branch) => branch.map((l) => (l.negated ? `NOT ${l.name}` : l.name)).join(' AND ')).join(' OR ');
const c = (network: Network): string =>
  network.map((branch) => `(${branch.map((l) => (l.negated ? `!${l.name}` : l.name)).join(' && ')})`).join(' || ');

function randomNetwork(random: RandomSource, names: readonly string[], branches: number, length: number): Network {
  return Array.from({ length: 1 + random.below(branches) }, () =>
    Array.from({ length: 1 + random.below(length) }, () => ({
      name: random.pick(names),
      negated: random.chance(0.35),
    })),
  );
}

const inputs = Array.from({ length: 64 }, (_, index) => `x${index}`);
/** Inputs are the top bits of a random sequence; most stay as they are in most scans. */
const stimulusSt = [
  'Seed := Seed * 1664525 + 1013904223;',
  'Flip := UDINT_TO_DWORD(Seed);',
  ...inputs.map((name, index) => `IF SHR(Flip, 26) = ${index} THEN ${name} := NOT ${name}; END_IF;`),
];
const stimulusC = [
  '  seed = seed * 1664525u + 1013904223u;',
  ...inputs.map((name, index) => `  if (seed >> 26 == ${index}) ${name} = !${name};`),
];

const tonC = `typedef struct { bool in; int64_t pt; bool q; int64_t et; bool m; int64_t started; } ton;

static void ton_run(ton *t, int64_t now) {
  if (!t->in) {
    t->q = false;
    t->et = 0;
  } else if (!t->m) {
    t->q = false;
    t->et = 0;
    t->started = now;
  } else if (!t->q) {
    t->et = now - t->started;
    if (t->et >= t->pt) {
      t->et = t->pt;
      t->q = true;
    }
  }
  t->m = t->in;
}
`;
const ctuC = `typedef struct { bool cu, r; int16_t pv; bool q; int16_t cv; bool m; } ctu;

static void ctu_run(ctu *t) {
  if (t->r)
    t->cv = 0;
  else if (t->cu && !t->m && t->cv < 32767)
    t->cv++;
  t->m = t->cu;
  t->q = t->cv >= t->pv;
}
`;

/** 1,000 rungs of AND, OR, NOT over 64 inputs and 1,000 markers, with 150 timers and 50 counters among them. */
export function bitLogicProgram(): GeneratedProgram {
  const random = createRandomSource(2024);
  const rungs = 1000;
  const markers = Array.from({ length: rungs }, (_, index) => `m${index}`);
  const body: string[] = [];
  const twin: string[] = [];
  let timers = 0;
  let counters = 0;
  for (let rung = 0; rung < rungs; rung++) {
    const near = [...inputs, ...markers.slice(Math.max(0, rung - 40), rung + 40), ...markers.slice(0, 10)];
    const network = randomNetwork(random, near, 2, 4);
    const coil = markers[rung]!;
    if (rung % 20 === 19) {
      const name = `c${counters++}`;
      const reset = randomNetwork(random, near, 1, 4);
      const preset = 3 + random.below(40);
      body.push(`${name}(CU := ${st(network)}, R := ${st(reset)}, PV := ${preset});`, `${coil} := ${name}.Q;`);
      twin.push(`  ${name}.cu = ${c(network)};`, `  ${name}.r = ${c(reset)};`, `  ${name}.pv = ${preset};`);
      twin.push(`  ctu_run(&${name});`, `  ${coil} = ${name}.q;`);
    } else if (rung % 20 === 4 || rung % 20 === 9 || rung % 20 === 14) {
      const name = `t${timers++}`;
      const preset = 20 + 10 * random.below(50);
      body.push(`${name}(IN := ${st(network)}, PT := T#${preset}ms);`, `${coil} := ${name}.Q;`);
      twin.push(
        `  ${name}.in = ${c(network)};`,
        `  ${name}.pt = ${preset}000000;`,
        `  ton_run(&${name}, now);`,
        `  ${coil} = ${name}.q;`,
      );
    } else {
      body.push(`${coil} := ${st(network)};`);
      twin.push(`  ${coil} = ${c(network)};`);
    }
  }
  const timerNames = Array.from({ length: timers }, (_, index) => `t${index}`);
  const counterNames = Array.from({ length: counters }, (_, index) => `c${index}`);
  return {
    fileName: 'bit-logic.st',
    source: `PROGRAM Main
VAR
  Seed : UDINT := 1;
  Flip : DWORD;
  ${inputs.join(', ')} : BOOL;
  ${markers.join(', ')} : BOOL;
  ${timerNames.join(', ')} : TON;
  ${counterNames.join(', ')} : CTU;
END_VAR
${[...stimulusSt, ...body].map((line) => `  ${line}`).join('\n')}
END_PROGRAM
`,
    twin: `#include "twin.h"
${tonC}${ctuC}
uint32_t seed = 1;
bool ${inputs.join(', ')};
bool ${markers.join(', ')};
ton ${timerNames.join(', ')};
ctu ${counterNames.join(', ')};

void scan(int64_t now) {
${[...stimulusC, ...twin].join('\n')}
}

void report(void) {
  report_int("Main.Seed", seed);
${[...inputs, ...markers].map((name) => `  report_int("Main.${name}", ${name});`).join('\n')}
${timerNames.map((name) => `  report_int("Main.${name}.ET", ${name}.et);`).join('\n')}
${counterNames.map((name) => `  report_int("Main.${name}.CV", ${name}.cv);`).join('\n')}
}
`,
  };
}

/** 50 instances of one block that holds a timer, edges and a counter. */
export function instancesProgram(): GeneratedProgram {
  const random = createRandomSource(50);
  const drives = Array.from({ length: 50 }, (_, index) => `d${index}`);
  const calls = drives.map((name, index) => {
    const [start, stop, trip] = [random.pick(inputs), random.pick(inputs), random.pick(inputs)];
    const ready = index === 0 ? undefined : drives[random.below(index)];
    return { name, start, stop, trip, ready, preset: 30 + 10 * random.below(20) };
  });
  return {
    fileName: 'fb-50.st',
    source: `FUNCTION_BLOCK Drive
VAR_INPUT
  Start, Stop, Trip, Ready : BOOL;
  Ramp : TIME;
END_VAR
VAR_OUTPUT
  Running, AtSpeed, Alarm : BOOL;
  Starts : DINT;
  Speed : INT;
END_VAR
VAR
  Up : TON;
  Pressed, Tripped : R_TRIG;
  Latch : RS;
END_VAR
  Pressed(CLK := Start);
  Tripped(CLK := Trip);
  Latch(S := Pressed.Q AND Ready AND NOT Alarm, R1 := Stop OR Tripped.Q);
  Running := Latch.Q1;
  Up(IN := Running, PT := Ramp);
  AtSpeed := Up.Q;
  IF Pressed.Q AND Running THEN
    Starts := Starts + 1;
  END_IF;
  IF Tripped.Q THEN
    Alarm := TRUE;
  ELSIF Pressed.Q AND NOT Trip THEN
    Alarm := FALSE;
  END_IF;
  IF Running THEN
    Speed := MIN(Speed + 5, 1500);
  ELSE
    Speed := MAX(Speed - 20, 0);
  END_IF;
END_FUNCTION_BLOCK

PROGRAM Main
VAR
  Seed : UDINT := 1;
  Flip : DWORD;
  ${inputs.join(', ')} : BOOL;
  ${drives.join(', ')} : Drive;
  Total : DINT;
END_VAR
${stimulusSt.map((line) => `  ${line}`).join('\n')}
  Total := 0;
${calls.map((call) => `  ${call.name}(Start := ${call.start}, Stop := ${call.stop}, Trip := ${call.trip}, Ready := ${call.ready ? `NOT ${call.ready}.Alarm` : 'TRUE'}, Ramp := T#${call.preset}ms);\n  Total := Total + ${call.name}.Speed;`).join('\n')}
END_PROGRAM
`,
    twin: `#include "twin.h"
${tonC}
typedef struct { bool clk, q, m; } r_trig;
typedef struct { bool s, r1, q1; } rs;
typedef struct {
  bool start, stop, trip, ready;
  int64_t ramp;
  bool running, at_speed, alarm;
  int32_t starts;
  int16_t speed;
  ton up;
  r_trig pressed, tripped;
  rs latch;
} drive;

uint32_t seed = 1;
bool ${inputs.join(', ')};
drive ${drives.join(', ')};
int32_t total;

static void r_trig_run(r_trig *t) {
  t->q = t->clk && !t->m;
  t->m = t->clk;
}

static void drive_run(drive *d, int64_t now) {
  d->pressed.clk = d->start;
  r_trig_run(&d->pressed);
  d->tripped.clk = d->trip;
  r_trig_run(&d->tripped);
  d->latch.s = d->pressed.q && d->ready && !d->alarm;
  d->latch.r1 = d->stop || d->tripped.q;
  d->latch.q1 = !d->latch.r1 && (d->latch.s || d->latch.q1);
  d->running = d->latch.q1;
  d->up.in = d->running;
  d->up.pt = d->ramp;
  ton_run(&d->up, now);
  d->at_speed = d->up.q;
  if (d->pressed.q && d->running) d->starts++;
  if (d->tripped.q)
    d->alarm = true;
  else if (d->pressed.q && !d->trip)
    d->alarm = false;
  if (d->running)
    d->speed = d->speed + 5 < 1500 ? d->speed + 5 : 1500;
  else
    d->speed = d->speed - 20 > 0 ? d->speed - 20 : 0;
}

void scan(int64_t now) {
${stimulusC.join('\n')}
  total = 0;
${calls.map((call) => `  ${call.name}.start = ${call.start};\n  ${call.name}.stop = ${call.stop};\n  ${call.name}.trip = ${call.trip};\n  ${call.name}.ready = ${call.ready ? `!${call.ready}.alarm` : 'true'};\n  ${call.name}.ramp = ${call.preset}000000;\n  drive_run(&${call.name}, now);\n  total += ${call.name}.speed;`).join('\n')}
}

void report(void) {
  report_int("Main.Seed", seed);
  report_int("Main.Total", total);
${drives.map((name) => `  report_int("Main.${name}.Running", ${name}.running);\n  report_int("Main.${name}.AtSpeed", ${name}.at_speed);\n  report_int("Main.${name}.Starts", ${name}.starts);\n  report_int("Main.${name}.Speed", ${name}.speed);\n  report_int("Main.${name}.Alarm", ${name}.alarm);`).join('\n')}
}
`,
  };
}
