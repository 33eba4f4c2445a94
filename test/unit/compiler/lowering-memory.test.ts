import { compile, createLoweringMemory, type LoweringMemory } from '../../../server/src/compiler/compile.js';
import { defaultProfile } from '../../../server/src/compiler/profile.js';
import { largeProgram } from '../../bench/large-program.js';
import { createRandom } from '../../support/random.js';
import { programXml, projectXml } from '../../support/plcopen-document.js';

const build = (content: string, memory?: LoweringMemory, name = 'a.st') =>
  compile({ name: 'a', documents: [{ name, content }], profile: defaultProfile, ...(memory && { memory }) });

/** The image and findings with what is remembered are those of a compile from nothing. Gives the functions that were not lowered again. */
function expectSame(memory: LoweringMemory, content: string, name?: string): readonly string[] {
  const before = new Map([...memory.functions].map(([key, { fn }]) => [key, fn]));
  const found = build(content, memory, name);
  const expected = build(content, undefined, name);
  expect(found.diagnostics).toEqual(expected.diagnostics);
  expect(found.image).toEqual(expected.image);
  return [...memory.functions].filter(([key, { fn }]) => before.get(key) === fn).map(([key]) => key);
}

const project = (bodies: { a?: string; b?: string; main?: string } = {}): string => `
TYPE Pair : STRUCT x, y : INT; END_STRUCT END_TYPE
VAR_GLOBAL g, h : INT; END_VAR
FUNCTION Twice : INT VAR_INPUT v : INT; END_VAR
  Twice := v * 2;
END_FUNCTION
FUNCTION_BLOCK A VAR_INPUT i : INT; END_VAR VAR_OUTPUT o : INT; END_VAR VAR t : TON; list : ARRAY[0..9] OF INT; s : STRING; p : POINTER TO INT; END_VAR
  ${bodies.a ?? "o := list[i] / (i + 1); t(IN := TRUE, PT := T#1s); s := 'one';"}
END_FUNCTION_BLOCK
FUNCTION_BLOCK B VAR_INPUT i : INT; END_VAR VAR_OUTPUT o : INT; END_VAR VAR list : ARRAY[0..9] OF INT; s : STRING; END_VAR
  ${bodies.b ?? "o := list[i]; g := g + 1; s := CONCAT('two', s); h := g + h;"}
END_FUNCTION_BLOCK
PROGRAM Main VAR a : A; b : B; n : INT; pair : Pair; END_VAR
  ${bodies.main ?? 'a(i := n); b(i := a.o, o => pair.x); n := (n + Twice(pair.x)) MOD 10;'}
END_PROGRAM
`;

describe('a compile that remembers the ones before', () => {
  let memory: LoweringMemory;
  beforeEach(() => {
    memory = createLoweringMemory();
    expectSame(memory, project());
  });

  it('lowers nothing again where nothing has changed, wherever it stands', () => {
    expect(expectSame(memory, `\n\n// above\n  ${project()}`)).toEqual(
      expect.arrayContaining(['Twice', 'A', 'B', 'Main']),
    );
  });

  it('lowers a body again whose conditions read differently, though its text is the same', () => {
    const text = project({ a: '{IF defined(FAST)} o := i; {ELSE} o := i + 1; {END_IF}' });
    expectSame(memory, text);
    expect(expectSame(memory, `{define FAST}${text}`)).not.toContain('A');
  });

  it('lowers only the body that has changed', () => {
    const kept = expectSame(memory, project({ a: "o := list[i] / i; s := 'one';" }));
    expect(kept).toEqual(expect.arrayContaining(['Twice', 'B', 'Main']));
    expect(kept).not.toContain('A');
  });

  it.each([
    ['asks for library functions that none asked for', { a: "o := LIMIT(0, i, 9); s := INSERT(s, 'x', 1);" }],
    ['asks for fewer', { a: ';' }],
    ['has more places that can fault', { a: "o := list[i] + list[i + 1] + list[i + 2] / i; s := 'one';" }],
    ['has another constant before those of others', { a: "s := 'another'; o := i;" }],
    ['takes the address of what others keep in locals', { a: 'p := ADR(g); p^ := 3;' }],
    ['calls what it did not', { main: 'a(i := Twice(n)); b(i := Twice(a.o)); b(i := 2);' }],
    ['calls no block any more', { main: 'n := Twice(n);' }],
    ['has a warning', { b: 'o := list[i]; n_unused(); g := 1;' }],
  ])('gives what a compile from nothing gives where a body %s', (_what, bodies) => {
    expectSame(memory, project(bodies));
    expectSame(memory, project());
    expectSame(memory, `(* moved *) ${project(bodies)}`);
  });

  it('tells of the same errors as long as they are there, and forgets them with their cause', () => {
    for (const bodies of [
      { a: 'o := nowhere;' },
      { a: 'o := nowhere;', b: 'o := nowhere;' },
      { b: 'o := nowhere;' },
      { a: 'o := ' },
      {},
    ])
      expectSame(memory, project(bodies));
  });

  it('starts anew where a declaration has changed', () => {
    expectSame(memory, project().replace('g, h : INT', 'g, h, k : INT'));
    expectSame(memory, project().replace('x, y : INT', 'y, x : INT'));
    expectSame(memory, project().replace('i : INT; END_VAR VAR_OUTPUT', 'i : INT := 3; END_VAR VAR_OUTPUT'));
    expectSame(memory, project());
  });

  it('takes the body that a generic function has now', () => {
    const generic = (body: string): string =>
      `FUNCTION Id<T : ANY_INT> : T VAR_INPUT v : T; END_VAR ${body} END_FUNCTION ${project({ main: 'n := Id(n) + Id(INT#2);' })}`;
    expectSame(memory, generic('Id := v;'));
    expectSame(memory, generic('Id := v + 1;'));
    expectSame(memory, `\n${generic('Id := v + 1;')}`);
  });

  it('places warnings of bodies that were not lowered where those bodies are now', () => {
    const warns = project({ b: 'o := list[i]; IF TRUE THEN ; END_IF; g := INT#5 / INT#2; Twice(v := g);' });
    expectSame(memory, warns);
    expect(expectSame(memory, `\n\n\n${warns}`)).toContain('B');
  });

  it('follows diagrams, and what moves in them', () => {
    const ladder = (y: number): string => `<LD><leftPowerRail localId="1"><position x="0" y="0"/></leftPowerRail>
      <contact localId="2"><position x="40" y="${y}"/><connectionPointIn><connection refLocalId="1"/></connectionPointIn><variable>a</variable></contact>
      <coil localId="3"><position x="90" y="${y}"/><connectionPointIn><connection refLocalId="2"/></connectionPointIn><variable>b</variable></coil>
      <coil localId="4"><position x="90" y="40"/><connectionPointIn><connection refLocalId="1"/></connectionPointIn><variable>a</variable></coil></LD>`;
    const document = (y: number, before = ''): string =>
      projectXml({ pous: `${before}${programXml(['a', 'b', 'c'], ladder(y))}` });
    for (const content of [document(0), document(0, '\n\n<!-- moved -->'), document(80), document(0)])
      expectSame(memory, content, 'a.xml');
  });

  it('gives the same through many edits of a large program', () => {
    const random = createRandom(7);
    const source = largeProgram(600);
    const large = createLoweringMemory();
    expectSame(large, source);
    const places = [...source.matchAll(/Count > \d+|PT := T#\d+ms|Flags\[\d+\] :=/g)];
    for (let edit = 0; edit < 25; edit += 1) {
      const place = places[random.below(places.length)]!;
      const [found] = place;
      const changed = random.next() < 0.3 ? found : found.replace(/\d+/, (n) => String(Number(n) % 15));
      const text = `${source.slice(0, place.index)}${random.next() < 0.5 ? '\n' : ''}${changed}${source.slice(place.index + found.length)}`;
      expectSame(large, text);
    }
  });
});
