import { compileGlob, parseAccessPath } from '../../../server/src/runtime/access-path.js';

describe('an access path', () => {
  it.each([
    ['Main.Start', ['Main', 'Start']],
    ['Main.a[1,-2].b[3]', ['Main', 'a', [1, -2], 'b', [3]]],
    ['%ix0.0', ['%IX0.0']],
    ['%I0.0', ['%IX0.0']],
    ['__proto__.constructor', ['__proto__', 'constructor']],
    ['Größe.x', ['Größe', 'x']],
  ])('%s splits into its segments', (path, expected) => {
    expect(parseAccessPath(path).map((s) => (s.kind === 'name' ? s.name : s.indices))).toEqual(expected);
  });

  it.each(['', '.', 'a.', 'a..b', 'a[', 'a[]', 'a[x]', 'a b', 'a[1', '[1]', 'a[99999999999]', 'x'.repeat(2000)])(
    '%j is refused',
    (path) => {
      expect(() => parseAccessPath(path)).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }) as Error);
    },
  );
});

describe('a glob', () => {
  it.each([
    ['Main.*', 'MAIN.start', true],
    ['Main.*', 'Main.a.b', false],
    ['Main.**', 'Main.a[1].b', true],
    ['**.Q', 'Main.Timer.Q', true],
    ['**.Q', 'Main.Timer.Q1', false],
    ['*.St*t', 'Main.Start', true],
    ['Main.a[*].x', 'Main.a[3].x', true],
    ['**', 'anything.at[1].all', true],
  ])('%s against %s gives %s', (pattern, path, expected) => {
    expect(compileGlob(pattern)(path)).toBe(expected);
  });

  it('with many stars ends at once on a path that does not match', () => {
    expect(compileGlob(`${'**a'.repeat(200)}b`)('a'.repeat(900))).toBe(false);
  });
});
