import { lowerInstructionList } from '../../../../server/src/compiler/lower/lower-il.js';
import type { SfcContext } from '../../../../server/src/compiler/lower/lower-sfc.js';
import { lowerSfc } from '../../../../server/src/compiler/lower/lower-sfc.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import type { Profile } from '../../../../server/src/compiler/profile.js';
import { defaultProfile } from '../../../../server/src/compiler/profile.js';
import { parseUnit } from '../../../../server/src/compiler/st/parse-unit.js';
import type { PouDeclaration, SfcBody } from '../../../../server/src/compiler/syntax/ast.js';
import { StatementMachine } from '../../../support/statement-machine.js';

const millisecond = 1_000_000n;

/** A chart in the textual form, with the BOOL variables it uses, running on its own machine, a scan every 100 ms. */
function chart(text: string, options: { profile?: Profile; change?: (body: SfcBody) => SfcBody } = {}) {
  const problems = createProblems();
  const names = ['a', 'b', 'c', 'lamp', 'SFCInit', 'SFCPause'].join(', ');
  const source = `PROGRAM p\nVAR ${names} : BOOL; END_VAR\n${text}\nEND_PROGRAM`;
  const unit = parseUnit({ file: 'x.st', text: source, language: 'ST', firstLine: 1, firstColumn: 1 }, problems);
  const pou = unit.declarations[0] as PouDeclaration;
  const parsed = pou.body as SfcBody;
  const body = options.change?.(parsed) ?? parsed;
  const context: SfcContext = {
    problems,
    profile: options.profile ?? defaultProfile,
    pou,
    scope: '',
    lowerBody: (inner, scope, resultName) => {
      if (inner.kind === 'statements') return { statements: inner.statements, declarations: [] };
      if (inner.kind !== 'il') throw new Error('unexpected body');
      return {
        ...lowerInstructionList(inner.instructions, problems, { scope, result: resultName !== undefined }),
        declarations: [],
      };
    },
  };
  const { statements, declarations } = lowerSfc(body, context);
  const runs: string[] = [];
  const machine = new StatementMachine(
    Object.fromEntries(
      pou.actions.map((action) => [action.name.toUpperCase(), () => (runs.push(action.name), undefined)]),
    ),
  );
  for (const name of ['a', 'b', 'c', 'lamp', 'SFCInit', 'SFCPause']) machine.set(name, false);
  machine.declare(declarations);
  const steps = declarations.filter((d) => d.type.kind === 'named' && d.type.name === '__SFC_STEP').map((d) => d.name);
  return {
    machine,
    declarations,
    codes: problems.list().map((found) => found.code),
    /** Runs a scan; gives the active steps and the actions that ran. */
    scan(inputs: Record<string, boolean> = {}): string {
      for (const [name, value] of Object.entries(inputs)) machine.set(name, value);
      runs.length = 0;
      machine.scan(statements);
      machine.now += 100n * millisecond;
      const active = steps.filter((name) => machine.get(`${name}.X`) === true);
      return [active.join('+'), ...runs].join(' ');
    },
    scans(count: number, inputs: Record<string, boolean> = {}): string[] {
      return Array.from({ length: count }, () => this.scan(inputs));
    },
  };
}

const steps = (...associations: string[]) =>
  associations.map((each, i) => `${i === 0 ? 'INITIAL_STEP' : 'STEP'} S${i}: ${each} END_STEP`).join('\n');
const action = (...names: string[]) => names.map((name) => `ACTION ${name}: a := a; END_ACTION`).join('\n');
const between = (from: string, to: string, condition: string, more = '') =>
  `TRANSITION ${more} FROM ${from} TO ${to} := ${condition}; END_TRANSITION`;

describe('a chart', () => {
  it('runs the action of a step in the scan that enters it, and leaves it in a later one', () => {
    const c = chart(
      [
        steps('A0(N);', 'A1(N);', 'A2(N);'),
        action('A0', 'A1', 'A2'),
        between('S0', 'S1', 'TRUE'),
        between('S1', 'S2', 'TRUE'),
      ].join('\n'),
    );
    expect(c.scans(3)).toEqual(['S1 A1', 'S2 A2', 'S2 A2']);
  });

  it('stays in its initial step until the condition holds', () => {
    const c = chart([steps('A0(N);', ''), action('A0'), between('S0', 'S1', 'a')].join('\n'));
    expect([c.scan(), c.scan(), c.scan({ a: true })]).toEqual(['S0 A0', 'S0 A0', 'S1']);
  });

  it('counts Step.T from 0 in the scan of activation, and keeps it when the step is left', () => {
    const c = chart([steps('', ''), between('S0', 'S1', 'S0.T >= T#200ms'), between('S1', 'S0', 'a')].join('\n'));
    expect(c.scans(3)).toEqual(['S0', 'S0', 'S1']);
    expect([c.machine.get('S0.T'), c.machine.get('S1.T')]).toEqual([200n * millisecond, 0n]);
    c.scan();
    expect([c.machine.get('S0.T'), c.machine.get('S1.T')]).toEqual([200n * millisecond, 100n * millisecond]);
  });

  it('takes the first of several transitions that may fire', () => {
    const c = chart([steps('', '', ''), between('S0', 'S1', 'a'), between('S0', 'S2', 'a OR b')].join('\n'));
    expect(c.scan({ a: true, b: true })).toBe('S1');
  });

  it('takes all of them in a profile that says so, save those with a priority', () => {
    const profile: Profile = { ...defaultProfile, sfcSelection: 'all' };
    const transitions = (more: string) =>
      [steps('', '', ''), between('S0', 'S1', 'a'), between('S0', 'S2', 'a', more)].join('\n');
    expect(chart(transitions(''), { profile }).scan({ a: true })).toBe('S1+S2');
    expect(chart(transitions('(PRIORITY := 1)'), { profile }).scan({ a: true })).toBe('S2');
  });

  it('takes the one with the lowest priority number', () => {
    const c = chart(
      [
        steps('', '', ''),
        between('S0', 'S1', 'a', '(PRIORITY := 2)'),
        between('S0', 'S2', 'a', 'T2 (PRIORITY := 1)'),
      ].join('\n'),
    );
    expect(c.scan({ a: true })).toBe('S2');
  });

  it('runs simultaneous branches and joins them', () => {
    const c = chart(
      [
        steps('', '', '', '', ''),
        between('S0', '(S1, S2)', 'a'),
        between('S1', 'S3', 'b'),
        between('(S3, S2)', 'S4', 'c'),
      ].join('\n'),
    );
    expect([c.scan({ a: true }), c.scan({ c: true }), c.scan({ b: true }), c.scan()]).toEqual([
      'S1+S2',
      'S1+S2',
      'S2+S3',
      'S4',
    ]);
  });

  it('enters a step again that leads to itself', () => {
    const c = chart([steps('A0(P);'), action('A0'), between('S0', 'S0', 'a')].join('\n'));
    expect([c.scan(), c.scan(), c.scan({ a: true }), c.scan({ a: false })]).toEqual(['S0 A0', 'S0', 'S0 A0', 'S0']);
  });

  it('reads a condition in Instruction List', () => {
    const c = chart([steps('', ''), 'TRANSITION FROM S0 TO S1:\nLD a\nANDN b\nEND_TRANSITION'].join('\n'));
    expect([c.scan({ a: true, b: true }), c.scan({ b: false })]).toEqual(['S0', 'S1']);
  });

  it('looks at a condition only while its step is active', () => {
    const c = chart([steps('', ''), between('S0', 'S1', 'a'), between('S1', 'S0', 'unknown')].join('\n'));
    expect(c.scan()).toBe('S0');
    c.machine.set('a', true);
    c.scan();
    expect(() => c.scan()).toThrow('no variable unknown');
  });

  it('runs actions in the order of their declarations', () => {
    const c = chart([steps('B(N); A(N);'), action('A', 'B')].join('\n'));
    expect(c.scan()).toBe('S0 A B');
  });

  it('gives a step another name for its variable when the name is taken', () => {
    const c = chart('INITIAL_STEP lamp: END_STEP');
    expect(c.declarations.map((d) => d.name)).toContain('__SFC_STEP_lamp');
  });
});

describe('a qualifier', () => {
  // S0 for two scans, then S1 for three, then S2; scans of 100 ms.
  const course = [between('S0', 'S1', 'S0.T >= T#200ms'), between('S1', 'S2', 'S1.T >= T#300ms')].join('\n');
  it.each([
    ['N', 'Act(N);', '', '', '..XXX...'],
    ['nothing', 'Act;', '', '', '..XXX...'],
    ['P', 'Act(P);', '', '', '..X.....'],
    ['P1', 'Act(P1);', '', '', '..X.....'],
    ['P0', 'Act(P0);', '', '', '.....X..'],
    ['L', 'Act(L, T#200ms);', '', '', '..XX....'],
    ['L longer than its step', 'Act(L, T#900ms);', '', '', '..XXX...'],
    ['D', 'Act(D, T#200ms);', '', '', '....X...'],
    ['D longer than its step', 'Act(D, T#900ms);', '', '', '........'],
    ['S', 'Act(S);', '', '', '..XXXXXX'],
    ['S, reset later', 'Act(S);', 'Act(R);', '', '..XXX...'],
    ['R before anything is stored', 'Act(R);', 'Act(N);', '', '.....XXX'],
    ['SD', 'Act(SD, T#200ms);', '', '', '....XXXX'],
    ['SD beyond its step', 'Act(SD, T#400ms);', '', '', '......XX'],
    ['SD reset before its time', 'Act(SD, T#400ms);', 'Act(R);', '', '........'],
    ['DS', 'Act(DS, T#200ms);', '', '', '....XXXX'],
    ['DS longer than its step', 'Act(DS, T#400ms);', '', '', '........'],
    ['SL', 'Act(SL, T#400ms);', '', '', '..XXXX..'],
    ['N in two steps', 'Act(N);', 'Act(N);', '', '..XXXXXX'],
    ['N and R together', 'Act(N); Act(R);', '', '', '........'],
  ])('%s', (_, inS1, inS2, __, expected) => {
    const c = chart([steps('', inS1, inS2), action('Act'), course].join('\n'));
    expect(c.codes).toEqual([]);
    expect(
      c
        .scans(8)
        .map((scan) => (scan.endsWith('Act') ? 'X' : '.'))
        .join(''),
    ).toBe(expected);
  });

  it('sets a BOOL variable while the action runs, and leaves it alone otherwise', () => {
    const c = chart([steps('', 'lamp(L, T#200ms);', ''), course].join('\n'));
    const lamp = c.scans(8).map(() => c.machine.get('lamp'));
    expect(lamp.at(-1)).toBe(false);
    const again = chart([steps('', 'lamp(L, T#200ms);', ''), course].join('\n'));
    const seen = Array.from({ length: 8 }, () => (again.scan(), again.machine.get('lamp') === true ? 'X' : '.')).join(
      '',
    );
    expect(seen).toBe('..XX....');
    again.machine.set('lamp', true);
    again.scan();
    expect(again.machine.get('lamp')).toBe(true);
  });

  it('resets a stored BOOL variable', () => {
    const c = chart([steps('', 'lamp(S);', 'lamp(R);'), course].join('\n'));
    expect(Array.from({ length: 8 }, () => (c.scan(), c.machine.get('lamp') === true ? 'X' : '.')).join('')).toBe(
      '..XXX...',
    );
  });

  it('N has a final scan in a profile that asks for it', () => {
    const c = chart([steps('', 'Act(N);', ''), action('Act'), course].join('\n'), {
      profile: { ...defaultProfile, sfcFinalScan: true },
    });
    expect(
      c
        .scans(8)
        .map((scan) => (scan.endsWith('Act') ? 'X' : '.'))
        .join(''),
    ).toBe('..XXXX..');
  });
});

describe('a macro step', () => {
  const inner = (body: SfcBody): SfcBody => {
    const names = new Set(['S2', 'S3']);
    const macro: SfcBody = {
      kind: 'sfc',
      steps: body.steps.filter((s) => names.has(s.name)),
      transitions: body.transitions.filter((t) => names.has(t.from[0]!)),
    };
    return {
      ...body,
      steps: body.steps.filter((s) => !names.has(s.name)).map((s) => (s.name === 'S1' ? { ...s, macro } : s)),
      transitions: body.transitions.filter((t) => !names.has(t.from[0]!)),
    };
  };
  it('is entered with its first step and left from its last', () => {
    const text = [
      steps('', '', '', '', ''),
      between('S0', 'S1', 'TRUE'),
      between('S2', 'S3', 'a'),
      between('S1', 'S4', 'b'),
    ].join('\n');
    const c = chart(text, { change: inner });
    expect(c.codes).toEqual([]);
    expect([c.scan(), c.scan({ b: true }), c.scan({ a: true }), c.scan()]).toEqual(['S1+S2', 'S1+S2', 'S1+S3', 'S4']);
  });
});

describe('a chart of CODESYS', () => {
  const codesys = (body: SfcBody): SfcBody => ({ ...body, dialect: 'codesys' });
  const text = [steps('A0(N);', 'A1(N);'), action('A0', 'A1'), between('S0', 'S1', 'a'), between('S1', 'S0', 'b')].join(
    '\n',
  );
  it('stands in its initial step while SFCInit is TRUE', () => {
    const c = chart(text, { change: codesys });
    expect([c.scan({ a: true }), c.scan({ SFCInit: true }), c.scan(), c.scan({ SFCInit: false, a: false })]).toEqual([
      'S1 A1',
      'S0',
      'S0',
      'S0 A0',
    ]);
  });
  it('is held by SFCPause', () => {
    const c = chart(text, { change: codesys });
    expect([c.scan({ a: true, SFCPause: true }), c.scan({ SFCPause: false })]).toEqual(['S0', 'S1 A1']);
  });
  it('runs exit actions before entry actions', () => {
    const c = chart(
      [steps('In(N);', 'Enter(P1);'), action('Enter', 'Leave', 'In'), between('S0', 'S1', 'a')]
        .join('\n')
        .replace('In(N);', 'Leave(P0);'),
      { change: codesys },
    );
    expect([c.scan(), c.scan({ a: true })]).toEqual(['S0', 'S1 Leave Enter']);
  });
});

describe('problems of a chart', () => {
  it.each([
    ['no initial step', 'STEP S0: END_STEP', 'E6030'],
    ['a step twice', 'INITIAL_STEP S0: END_STEP STEP S0: END_STEP', 'E6031'],
    ['a transition to a missing step', `INITIAL_STEP S0: END_STEP ${between('S0', 'S9', 'a')}`, 'E6022'],
  ])('%s', (_, text, code) => {
    expect(chart(text).codes).toContain(code);
  });
});
