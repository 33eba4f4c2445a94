import type { TypeDescriptor } from '../../../server/src/model/data-type.js';
import type { ProgramImage, VariableRoot } from '../../../server/src/model/program-image.js';
import { createVariableTree } from '../../../server/src/runtime/variable-tree.js';

const bool = 0;
const int = 1;
const types: TypeDescriptor[] = [
  { kind: 'elementary', name: 'BOOL', size: 1 },
  { kind: 'elementary', name: 'INT', size: 2 },
  {
    kind: 'struct',
    form: 'struct',
    name: 'Point',
    size: 4,
    members: [
      { name: 'x', type: int, offset: 0, section: 'member' },
      { name: 'y', type: int, offset: 2, section: 'member' },
    ],
  },
  {
    kind: 'array',
    bounds: [
      [1, 2],
      [0, 2],
    ],
    element: 2,
    elementSize: 4,
    size: 24,
  },
  {
    kind: 'struct',
    form: 'program',
    name: 'Prog',
    size: 40,
    members: [
      { name: 'Start', type: bool, offset: 16, absolute: true, bit: 3, section: 'local' },
      { name: 'Points', type: 3, offset: 4, section: 'local' },
      { name: 'Ref', type: int, offset: 28, indirect: true, section: 'in_out' },
      { name: '_t', type: bool, offset: 32, section: 'local', hidden: true },
    ],
  },
];
const roots: VariableRoot[] = [
  { path: 'GVL.Speed', aliases: ['Speed'], type: int, address: 64, section: 'global' },
  { path: 'Main', aliases: ['Plc.Main'], type: 4, address: 100, section: 'global' },
];
const image = {
  types,
  roots,
  channels: [{ address: '%IX0.3', direction: 'input', path: 'Main.Start', type: bool, byteAddress: 16, bit: 3 }],
  memory: { pages: 1 },
} as unknown as ProgramImage;

describe('the tree of variables', () => {
  const tree = createVariableTree(image);

  it.each([
    ['speed', 'GVL.Speed', 64],
    ['gvl.speed', 'GVL.Speed', 64],
    ['plc.main.points[2,1].y', 'Main.Points[2,1].y', 122],
    ['Main.Start', 'Main.Start', 16],
  ])('finds %s', (path, canonical, address) => {
    expect(tree.resolve(path)).toMatchObject({ path: canonical, address });
  });

  it('suggests the nearest name for one that is not there', () => {
    expect(() => tree.resolve('Main.Strat')).toThrow(
      expect.objectContaining({
        reason: 'VARIABLE_NOT_FOUND',
        metadata: expect.objectContaining({ suggestion: 'Main.Start' }) as unknown,
      }) as Error,
    );
  });

  it.each(['Main.Points[3,0]', 'Main.Points[1]', 'Main.toString', 'GVL.Speed.x'])('refuses %s', (path) => {
    expect(() => tree.resolve(path)).toThrow(expect.objectContaining({ reason: 'VARIABLE_NOT_FOUND' }) as Error);
  });

  it('numbers its leaves densely, and each is found again by its number and by its path', () => {
    expect(tree.leafCount).toBe(1 + 1 + 12 + 1 + 1);
    for (let id = 0; id < tree.leafCount; id += 1) {
      const leaf = tree.leaf(id);
      expect(leaf.leaf).toBe(id);
      expect(tree.resolve(leaf.path).leaf).toBe(id);
    }
  });

  it('finds the leaves that a changed word touches, located members included', () => {
    const paths = (address: number): string[] => tree.leavesAt(address, 4).map((id) => tree.leaf(id).path);
    expect(paths(64)).toEqual(['GVL.Speed']);
    expect(paths(16)).toEqual(['Main.Start']);
    expect(paths(104)).toEqual(['Main.Points[1,0].x', 'Main.Points[1,0].y']);
    expect(paths(128)).toEqual(['Main.Ref']);
    expect(paths(72)).toEqual([]);
  });

  it('follows an in-out parameter through memory', () => {
    const memory = new Uint8Array(65536);
    expect(() => tree.resolve('Main.Ref', memory)).toThrow(expect.objectContaining({ reason: 'WRONG_STATE' }) as Error);
    new DataView(memory.buffer).setUint32(128, 64, true);
    expect(tree.resolve('Main.Ref', memory)).toMatchObject({ address: 64, leaf: -1 });
  });

  it('leaves hidden variables out of globs, not out of paths', () => {
    const all = [...tree.select('**')].map((v) => v.path);
    expect(all).toHaveLength(tree.leafCount - 1);
    expect(all).not.toContain('Main._t');
    expect(tree.resolve('Main._t').address).toBe(132);
    expect([...tree.select('Main.Points[1,*].x')].map((v) => v.path)).toEqual([
      'Main.Points[1,0].x',
      'Main.Points[1,1].x',
      'Main.Points[1,2].x',
    ]);
  });
});
