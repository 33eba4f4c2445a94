import type { ProgramImage } from '../../../server/src/model/program-image.js';
import { buildDocuments } from '../../../server/src/project/build-documents.js';
import { planReload } from '../../../server/src/runtime/plan-reload.js';
import { createVariableTree } from '../../../server/src/runtime/variable-tree.js';

function image(source: string): ProgramImage {
  const { image: made, diagnostics } = buildDocuments('p', [{ name: 'p.st', content: source }]);
  if (!made) throw new Error(JSON.stringify(diagnostics));
  return made;
}
const program = (declarations: string, types = ''): ProgramImage =>
  image(`${types}\nPROGRAM Main VAR ${declarations} END_VAR\nEND_PROGRAM`);

/** Steps that are not simply kept, as `path action`. */
const changes = (before: ProgramImage, after: ProgramImage): string[] =>
  planReload(before, after)
    .steps.filter((s) => s.action !== 'kept')
    .map((s) => `${s.path} ${s.action}`);

describe('the plan of an online change', () => {
  it.each([
    ['nothing where nothing changes', 'a : INT; t : TON;', 'a : INT; t : TON;', []],
    ['new and dropped variables', 'a : INT; b : INT;', 'b : INT; c : INT;', ['Main.c reinitialised', 'Main.a dropped']],
    ['a wider number', 'a : INT;', 'a : DINT;', ['Main.a converted']],
    ['a real for a number', 'a : INT;', 'a : REAL;', ['Main.a converted']],
    ['a BOOL for a number', 'a : INT;', 'a : BOOL;', ['Main.a reinitialised']],
    ['a time for a number', 'a : LINT;', 'a : TIME;', ['Main.a reinitialised']],
    ['another length of a string', 's : STRING[10];', 's : STRING[20];', ['Main.s converted']],
    ['another kind of string', 's : STRING[10];', 's : WSTRING[10];', ['Main.s reinitialised']],
    ['longer arrays', 'a : ARRAY[1..3] OF INT;', 'a : ARRAY[1..5] OF INT;', ['Main.a converted']],
    ['arrays of another rank', 'a : ARRAY[1..4] OF INT;', 'a : ARRAY[1..2,1..2] OF INT;', ['Main.a reinitialised']],
    ['other case in names', 'Speed : INT;', 'SPEED : INT;', []],
    [
      'another function block',
      't : TON;',
      't : CTU;',
      expect.arrayContaining(['Main.t.CU reinitialised', 'Main.t.ET dropped']),
    ],
  ])('says %s', (_what, before, after, expected) => {
    expect(changes(program(before), program(after))).toEqual(expected);
  });

  it('names the members of a structure that differ', () => {
    const type = (members: string): string => `TYPE S : STRUCT ${members} END_STRUCT END_TYPE`;
    const before = program('x : ARRAY[0..1] OF S;', type('a : INT; b : REAL;'));
    const after = program('x : ARRAY[0..1] OF S;', type('b : REAL; c : BOOL;'));
    expect(changes(before, after)).toEqual([
      'Main.x[0].c reinitialised',
      'Main.x[0].a dropped',
      'Main.x[1].c reinitialised',
      'Main.x[1].a dropped',
    ]);
  });

  it('keeps an enumeration only while its values mean the same', () => {
    const type = (values: string): string => `TYPE E : (${values}); END_TYPE`;
    const of = (values: string): ProgramImage => program('e : E;', type(values));
    expect(changes(of('A, B'), of('A, B, C'))).toEqual([]);
    expect(changes(of('A, B'), of('B, A'))).toEqual(['Main.e reinitialised']);
  });

  it('moves bytes so that every kept variable lands at its new place', () => {
    const before = program('a : DINT; t : TON; b : ARRAY[1..4] OF INT; s : STRING[5]; f : BOOL;');
    const after = program('f : BOOL; n : LINT; s : STRING[5]; b : ARRAY[1..4] OF INT; t : TON; a : DINT;');
    const { moves } = planReload(before, after);
    const old = new Uint8Array(before.memory.variables.start + before.memory.variables.size).map(
      (_, i) => (i * 7 + 1) & 0xff,
    );
    const fresh = new Uint8Array(after.memory.variables.start + after.memory.variables.size);
    for (const move of moves) {
      if (move.kind === 'bytes') fresh.set(old.subarray(move.from, move.from + move.size), move.to);
      if (move.kind === 'bool') fresh[move.to] = old[move.from]!;
    }
    const [from, to] = [createVariableTree(before), createVariableTree(after)];
    for (const leaf of from.select('**')) {
      const size = from.typeOf(leaf).size;
      const target = to.resolve(leaf.path);
      expect([leaf.path, [...fresh.subarray(target.address, target.address + size)]]).toEqual([
        leaf.path,
        [...old.subarray(leaf.address, leaf.address + size)],
      ]);
    }
  });
});
