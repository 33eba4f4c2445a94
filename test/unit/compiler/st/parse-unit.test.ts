import { parseDeclarations } from '../../../../server/src/compiler/st/parse-unit.js';
import type { ConfigurationDeclaration, PouDeclaration, SfcBody } from '../../../../server/src/compiler/syntax/ast.js';
import { parseDocument, parsePou, sourceOf, withProblems } from '../../../support/parse-source.js';
import { showBlock, showTree, showType, showVariable } from '../../../support/show-syntax.js';

const statementsOf = (pou: Pick<PouDeclaration, 'body'>): string =>
  pou.body?.kind === 'statements' ? showBlock(pou.body.statements) : `<${pou.body?.kind ?? 'none'}>`;
const variablesOf = (pou: Pick<PouDeclaration, 'blocks'>): string[] =>
  pou.blocks.flatMap((block) => block.variables.map((v) => `${block.section} ${showVariable(v)}`));

describe('variables', () => {
  it.each([
    ['VAR a : INT; END_VAR', ['VAR a: INT']],
    ['VAR_INPUT a, b : BOOL := TRUE; END_VAR', ['VAR_INPUT a: BOOL := TRUE', 'VAR_INPUT b: BOOL := TRUE']],
    ['VAR_OUTPUT a AT %QX0.1, b AT %Q* : BOOL; END_VAR', ['VAR_OUTPUT a @%QX:0.1: BOOL', 'VAR_OUTPUT b @%QX:*: BOOL']],
    ['VAR AT %IW3 : INT; END_VAR', ['VAR __AT_%IW3 @%IW:3: INT']],
    ['VAR c : INT AT %MW1 := 5; END_VAR', ['VAR c @%MW:1: INT := 5']],
    ['VAR_INPUT e : BOOL R_EDGE; f : BOOL F_EDGE; END_VAR', ['VAR_INPUT e: BOOL rising', 'VAR_INPUT f: BOOL falling']],
    [
      'VAR t : TON := (PT := T#1s); u : Fb(1, b := 2); END_VAR',
      ['VAR t: TON := {PT=TIME:1000000000}', 'VAR u: Fb(1 b=2)'],
    ],
    ['VAR n : INT(1..5) := 3; m : Level(0..2); END_VAR', ['VAR n: INT(1..5) := 3', 'VAR m: Level(0..2)']],
    ['VAR e : (On, Off) := Off; END_VAR', ['VAR e: (On, Off) := Off']],
    ['VAR r : REFERENCE TO INT REF= x; END_VAR', ['VAR r: reference INT := x']],
    ['VAR a : ARRAY[0..3] OF INT := 1, 2(7), 3; END_VAR', ['VAR a: ARRAY[0..3] OF INT := [1, 2*(7), 3]']],
    ['VAR constant : INT; retain, at : INT; END_VAR', ['VAR constant: INT', 'VAR retain: INT', 'VAR at: INT']],
    [
      'VAR_IN_OUT a : ARRAY[*] OF INT; END_VAR VAR_TEMP b : INT; END_VAR VAR_STAT c : INT; END_VAR VAR_EXTERNAL d : INT; END_VAR',
      ['VAR_IN_OUT a: ARRAY[*] OF INT', 'VAR_TEMP b: INT', 'VAR_STAT c: INT', 'VAR_EXTERNAL d: INT'],
    ],
  ])('%s', (text, expected) => {
    expect(variablesOf(parsePou(`PROGRAM p ${text} END_PROGRAM`))).toEqual(expected);
  });

  it('keep the qualifiers of their section', () => {
    const pou = parsePou(
      'FUNCTION_BLOCK f VAR CONSTANT a : INT := 1; END_VAR VAR RETAIN PERSISTENT b : INT; END_VAR VAR NON_RETAIN PRIVATE c : INT; END_VAR END_FUNCTION_BLOCK',
    );
    expect(
      pou.blocks.map(({ constant, retain, nonRetain, persistent, access }) => [
        constant,
        retain,
        nonRetain,
        persistent,
        access,
      ]),
    ).toEqual([
      [true, false, false, false, undefined],
      [false, true, false, true, undefined],
      [false, false, true, false, 'PRIVATE'],
    ]);
  });
});

describe('program units', () => {
  it('are of every kind', () => {
    const { declarations, found } = parseDocument(
      'FUNCTION f : INT f := 1; END_FUNCTION FUNCTION g END_FUNCTION FUNCTION_BLOCK b END_FUNCTION_BLOCK PROGRAM p END_PROGRAM CLASS c END_CLASS INTERFACE i END_INTERFACE',
    );
    expect(found).toEqual([]);
    expect(declarations.map((d) => (d.kind === 'pou' ? `${d.pouKind} ${d.name}${d.returnType ? `: ${showType(d.returnType)}` : ''}` : d.kind))).toEqual([
      'function f: INT', 'function g', 'function_block b', 'program p', 'class c', 'interface i',
    ]); // prettier-ignore
  });

  it('carry inheritance and modifiers', () => {
    const pou = parsePou(
      "{attribute 'x'}\nFUNCTION_BLOCK PUBLIC ABSTRACT B EXTENDS Lib.A IMPLEMENTS I, J END_FUNCTION_BLOCK",
    );
    expect([pou.abstract, pou.final, pou.extends, pou.implements, pou.pragmas]).toEqual([
      true,
      false,
      ['Lib.A'],
      ['I', 'J'],
      ["{attribute 'x'}"],
    ]);
    expect(parsePou('FINAL CLASS c END_CLASS').final).toBe(true);
    expect(parsePou('INTERFACE i EXTENDS j, k END_INTERFACE').extends).toEqual(['j', 'k']);
  });

  it('have methods, properties and actions, before or behind the body', () => {
    const pou = parsePou(`FUNCTION_BLOCK b
      VAR x : INT; END_VAR
      METHOD PUBLIC OVERRIDE Add : INT VAR_INPUT n : INT; END_VAR Add := x + n; END_METHOD
      x := 1;
      METHOD PROTECTED FINAL Reset x := 0; END_METHOD
      PROPERTY PUBLIC Value : INT GET Value := x; END_GET SET VAR y : INT; END_VAR x := Value; END_SET END_PROPERTY
      ACTION Go : x := 2; END_ACTION
      ACTION Stop x := 3; END_ACTION
    END_FUNCTION_BLOCK`);
    expect(statementsOf(pou)).toBe('(:= x 1)');
    expect(
      pou.methods.map((m) => [
        m.name,
        m.access,
        m.override,
        m.final,
        m.returnType && showType(m.returnType),
        statementsOf(m),
      ]),
    ).toEqual([
      ['Add', 'PUBLIC', true, false, 'INT', '(:= Add (+ x n))'],
      ['Reset', 'PROTECTED', false, true, undefined, '(:= x 0)'],
    ]);
    const [property] = pou.properties;
    expect([
      property!.name,
      showType(property!.type),
      statementsOf(property!.get!),
      statementsOf(property!.set!),
    ]).toEqual(['Value', 'INT', '(:= Value x)', '(:= x Value)']);
    expect(pou.actions.map((a) => [a.name, statementsOf(a)])).toEqual([
      ['Go', '(:= x 2)'],
      ['Stop', '(:= x 3)'],
    ]);
  });

  it('of interfaces have heads only', () => {
    const pou = parsePou(
      'INTERFACE i METHOD Go : BOOL VAR_INPUT n : INT; END_VAR END_METHOD METHOD Stop END_METHOD PROPERTY P : INT GET END_GET SET END_SET END_PROPERTY END_INTERFACE',
    );
    expect(pou.methods.map((m) => m.name)).toEqual(['Go', 'Stop']);
    expect(pou.properties.map((p) => [p.name, p.get !== undefined, p.set !== undefined])).toEqual([['P', true, true]]);
  });

  it('take actions that stand behind them or name them', () => {
    const { declarations, found } = parseDocument(`PROGRAM a END_PROGRAM PROGRAM b END_PROGRAM
      ACTIONS a ACTION One x := 1; END_ACTION ACTION Two x := 2; END_ACTION END_ACTIONS
      ACTION b.Three x := 3; END_ACTION
      ACTION Four : x := 4; END_ACTION`);
    expect(found).toEqual([]);
    expect(declarations.map((d) => d.kind === 'pou' && d.actions.map((a) => a.name))).toEqual([
      ['One', 'Two'],
      ['Three', 'Four'],
    ]);
  });

  it('have names that are keywords elsewhere', () => {
    expect(
      parsePou(
        'FUNCTION_BLOCK step VAR task, class, method, get, R, S, N, IN : INT; priority : INT; END_VAR R := S + N; END_FUNCTION_BLOCK',
      ).blocks[0]!.variables,
    ).toHaveLength(9);
  });
});

describe('types', () => {
  it('are declared, any number in a block', () => {
    const { declarations, found } = parseDocument(
      'TYPE A : INT := 5; B : STRUCT x : A; END_STRUCT; C EXTENDS B : STRUCT y : A; END_STRUCT END_TYPE TYPE D : (P, Q) INT := Q; END_TYPE',
    );
    expect(found.map((each) => each.code)).toEqual(['W1001']);
    expect(
      declarations.map(
        (d) => d.kind === 'type' && `${d.name}: ${showType(d.type)}${d.initial ? ` := ${showTree(d.initial)}` : ''}`,
      ),
    ).toEqual(['A: INT := 5', 'B: STRUCT {x: A}', 'C: STRUCT EXTENDS B {y: A}', 'D: (P, Q) INT := Q']);
  });
});

describe('namespaces', () => {
  it('qualify what they contain and inherit the usings', () => {
    const { declarations, found } = parseDocument(`USING Base;
      NAMESPACE Lib.Math USING Lib.Core; FUNCTION f : INT f := 1; END_FUNCTION NAMESPACE Inner TYPE T : INT; END_TYPE END_NAMESPACE END_NAMESPACE
      FUNCTION g : INT g := Lib.Math.f(); END_FUNCTION`);
    expect(found).toEqual([]);
    expect(
      declarations.map((d) => (d.kind === 'pou' || d.kind === 'type') && [d.name, d.namespace.join('.'), d.usings]),
    ).toEqual([
      ['f', 'Lib.Math', ['Base', 'Lib.Core']],
      ['T', 'Lib.Math.Inner', ['Base', 'Lib.Core']],
      ['g', '', ['Base']],
    ]);
  });
});

describe('global variables', () => {
  it('stand outside of program units', () => {
    const { declarations, found } = parseDocument(
      "{attribute 'qualified_only'}\nVAR_GLOBAL CONSTANT a : INT := 1; END_VAR VAR_GLOBAL b : INT; END_VAR",
    );
    expect(found).toEqual([]);
    expect(declarations.map((d) => d.kind === 'globals' && [d.qualifiedOnly, d.blocks[0]!.constant])).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});

describe('a configuration', () => {
  const text = `CONFIGURATION c
    VAR_GLOBAL g : INT; END_VAR
    RESOURCE r ON PLC
      VAR_GLOBAL h : BOOL; END_VAR
      TASK fast(INTERVAL := T#10ms, PRIORITY := 1);
      TASK event(SINGLE := h, PRIORITY := 2);
      PROGRAM p1 WITH fast : Main(x := g, y => %QW0, fb WITH event);
      PROGRAM RETAIN p2 : Main;
    END_RESOURCE
    VAR_ACCESS a : r.p1.z : INT READ_WRITE; b : r.%IX1.1 : BOOL; END_VAR
    VAR_CONFIG r.p1.fb.k AT %IX0.0 : BOOL := TRUE; r.p1.n : INT := 5; END_VAR
  END_CONFIGURATION`;
  const configuration = parseDocument(text).declarations[0] as ConfigurationDeclaration;

  it('has resources with tasks and programs', () => {
    expect(parseDocument(text).found).toEqual([]);
    const [resource] = configuration.resources;
    expect(
      resource!.tasks.map((t) => [
        t.name,
        t.interval && showTree(t.interval),
        t.single && showTree(t.single),
        t.priority && showTree(t.priority),
      ]),
    ).toEqual([
      ['fast', 'TIME:10000000', undefined, '1'],
      ['event', undefined, 'h', '2'],
    ]);
    expect(
      resource!.programs.map((p) => [
        p.name,
        p.program,
        p.task,
        p.retain,
        p.args.map((a) => `${a.name} ${a.direction}`),
        p.fbTasks,
      ]),
    ).toEqual([
      ['p1', 'Main', 'fast', false, ['x in', 'y out'], [{ instance: 'fb', task: 'event' }]],
      ['p2', 'Main', undefined, true, [], []],
    ]);
  });

  it('has access paths and instance variables', () => {
    expect(configuration.accessPaths.map((a) => [a.name, showTree(a.path), a.writable])).toEqual([
      ['a', '(. (. r p1) z)', true],
      ['b', '%IX:1.1', false],
    ]);
    expect(
      configuration.configVariables.map((v) => [
        showTree(v.path),
        v.location && showTree(v.location),
        v.initial && showTree(v.initial),
      ]),
    ).toEqual([
      ['(. (. (. r p1) fb) k)', '%IX:0.0', 'TRUE'],
      ['(. (. r p1) n)', undefined, '5'],
    ]);
  });

  it('may do without a resource', () => {
    const { declarations } = parseDocument(
      'CONFIGURATION c TASK t(INTERVAL := T#1s); PROGRAM p WITH t : Main; END_CONFIGURATION',
    );
    expect(
      (declarations[0] as ConfigurationDeclaration).resources.map((r) => [r.name, r.tasks.length, r.programs.length]),
    ).toEqual([['c', 1, 1]]);
  });
});

describe('a body', () => {
  it.each([
    ['LD a\nST b', 'il'],
    ['on: LD a', 'il'],
    ['& a', 'il'],
    ['RET', 'il'],
    ['AND( a\n)', 'il'],
    ['CAL fb(x := 1)', 'il'],
    ['Scale 10, 20\nST x', 'il'],
    ['Scale(\nA := 1\n)', 'il'],
    ['JMP on\non: LD a', 'il'],
    ['LD := 1;', 'statements'],
    ['LD(x := 1);', 'statements'],
    ['R S= x;', 'statements'],
    ['S.x := 1;', 'statements'],
    ['JMP on;', 'statements'],
    ['on: x := 1;', 'statements'],
    ['Scale(1);', 'statements'],
    ['INITIAL_STEP s: END_STEP', 'sfc'],
  ])('%j is recognised', (text, kind) => {
    const { declarations } = parseDocument(`PROGRAM p\n${text}\nEND_PROGRAM`);
    expect((declarations[0] as PouDeclaration).body?.kind).toBe(kind);
  });

  it('may be a chart', () => {
    const pou = parsePou(`PROGRAM p
      INITIAL_STEP S0: A(N); lamp(L, T#1s, x, y); B; END_STEP
      TRANSITION t1 (PRIORITY := 3) FROM S0 TO (S1, S2) := a AND b; END_TRANSITION
      STEP S1: A(SD, T#2s); END_STEP STEP S2: END_STEP
      ACTION A: x := 1; END_ACTION
      TRANSITION FROM (S1, S2) TO S0:
        LD c
      END_TRANSITION
    END_PROGRAM`);
    const body = pou.body as SfcBody;
    expect(
      body.steps.map((s) => [
        s.name,
        s.initial,
        s.associations.map((a) => `${a.qualifier}${a.duration ? ` ${showTree(a.duration)}` : ''}`),
      ]),
    ).toEqual([
      ['S0', true, ['N', 'L TIME:1000000000', 'N']],
      ['S1', false, ['SD TIME:2000000000']],
      ['S2', false, []],
    ]);
    expect(body.transitions.map((t) => [t.name, t.priority, t.from, t.to, t.condition.kind])).toEqual([
      ['t1', 3, ['S0'], ['S1', 'S2'], 'expression'],
      [undefined, undefined, ['S1', 'S2'], ['S0'], 'body'],
    ]);
    expect(pou.actions.map((a) => a.name)).toEqual(['A']);
  });
});

describe('a declaration text', () => {
  it.each([
    [
      'FUNCTION_BLOCK PUBLIC Fb EXTENDS Base VAR_INPUT a : INT; END_VAR VAR b : INT; END_VAR',
      'function_block',
      'Fb',
      2,
    ],
    ['METHOD PRIVATE Go : BOOL VAR_INPUT a : INT; END_VAR', 'method', 'Go', 1],
    ['PROPERTY PUBLIC Speed : INT', 'property', 'Speed', 0],
    ['PROGRAM p VAR a : INT; END_VAR END_PROGRAM', 'program', 'p', 1],
    ["{attribute 'qualified_only'}\nVAR_GLOBAL a : INT; END_VAR", 'none', '', 1],
    ['VAR\nEND_VAR\n', 'none', '', 1],
    ['', 'none', '', 0],
  ])('%j', (text, kind, name, blocks) => {
    const { result, found } = withProblems(text, parseDeclarations);
    expect(found).toEqual([]);
    expect([result.kind, result.name, result.blocks.length]).toEqual([kind, name, blocks]);
  });
});

describe('positions', () => {
  it('are those of the file, with the name of the program unit', () => {
    const { found } = parseDocument(
      'FUNCTION_BLOCK a\nEND_FUNCTION_BLOCK\n\nPROGRAM Main\nVAR\n  x : INT;\nEND_VAR\n  x := ;\nEND_PROGRAM\n',
    );
    expect(
      found.map(({ code, pou, line, column, endLine, endColumn }) => [code, pou, line, column, endLine, endColumn]),
    ).toEqual([['E1112', 'Main', 8, 8, 8, 9]]);
  });
  it.each(['\n', '\r\n', '\r'])('count lines that end with %j', (end) => {
    const { found } = parseDocument(['PROGRAM p', 'x := 1;', 'y := ;', 'END_PROGRAM'].join(end));
    expect(found.map(({ line, column }) => [line, column])).toEqual([[3, 6]]);
  });
  it('name the language of the body', () => {
    const { found } = parseDocument('FUNCTION f : INT\nLD 1\nST\nEND_FUNCTION');
    expect(found.map(({ language, line }) => [language, line])).toEqual([['IL', 4]]);
  });
  it('start where a text starts in its document', () => {
    const { found } = withProblems('', () => 0);
    expect(found).toEqual([]);
    expect(sourceOf('x').firstLine).toBe(1);
  });
});
