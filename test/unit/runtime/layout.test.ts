import type { ProgramImage } from '../../../server/src/model/program-image.js';
import { createLayoutBook } from '../../../server/src/runtime/layout.js';
import { imageOf } from '../../support/run-source.js';

const program = (body: string, variables = 'n : DINT; t : STRING[7];'): ProgramImage =>
  imageOf(`PROGRAM Main VAR ${variables} END_VAR ${body} END_PROGRAM`);

describe('the layouts of a runtime', () => {
  it('share their tables while no variable moves', () => {
    const book = createLayoutBook();
    const first = book.prepare(program('n := 1;'));
    book.adopt(first);
    const edited = program('n := n + 2;');
    const second = book.prepare(edited);
    expect(second).toMatchObject({ version: 2 });
    expect(second.image).toBe(edited);
    expect(second.tree).toBe(first.tree);
    expect(second.leaves).toBe(first.leaves);
  });

  it('stay the same through online changes that move no variable', () => {
    const book = createLayoutBook();
    book.adopt(book.prepare(program('n := 1;')));
    const edited = program('n := n + 2;');
    book.adopt(book.prepare(edited, 'online'));
    expect(book.current()).toMatchObject({ version: 1 });
    expect(book.find(1)).toBe(book.current());
    expect(book.current()?.image).toBe(edited);
    book.adopt(book.prepare(program('n := 1;', 'm : INT; n : DINT; t : STRING[7];'), 'online'));
    expect(book.current()).toMatchObject({ version: 2 });
    expect(book.find(1)?.tree.leafCount).toBe(2);
  });

  it('have tables of their own once one does', () => {
    const book = createLayoutBook();
    const first = book.prepare(program('n := 1;'));
    book.adopt(first);
    const second = book.prepare(program('n := 1;', 'm : INT; n : DINT; t : STRING[7];'));
    expect(second.leaves).not.toBe(first.leaves);
    expect(second.tree.resolve('Main.m').leaf).toBe(0);
    const third = book.prepare(program('n := 1;', 'n : UDINT; t : STRING[7];'));
    expect(third.data.types).not.toEqual(first.data.types);
    expect(third.leaves).not.toBe(first.leaves);
  });

  it('keep of a past program what explains its events, and nothing else', () => {
    const book = createLayoutBook();
    const first = book.prepare(program('n := 1;'));
    book.adopt(first);
    expect(book.find(1)).toBe(first);
    book.adopt(book.prepare(program('q := TRUE;', 'q : BOOL;')));
    const past = book.find(1)!;
    expect(Object.keys(past).sort()).toEqual(['data', 'leaves', 'tree', 'version']);
    expect(Object.keys(past.data).sort()).toEqual(['channels', 'memory', 'roots', 'types']);
    expect(past.leaves).toBe(first.leaves);
    expect(past.tree.resolve('Main.n').path).toBe('Main.n');
  });

  it('are the newest 64', () => {
    const book = createLayoutBook();
    const image = program('n := 1;');
    for (let i = 0; i < 70; i += 1) book.adopt(book.prepare(image));
    expect(book.find(6)).toBeUndefined();
    expect(book.find(7)?.version).toBe(7);
    expect(book.current()?.version).toBe(70);
  });
});
