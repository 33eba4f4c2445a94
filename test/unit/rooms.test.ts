import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Who may import whom (architecture.md). Every room may import itself and `model`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  model: [],
  compiler: [],
  engine: [],
  events: [],
  store: [],
  project: ['compiler', 'store'],
  io: ['engine'],
  runtime: ['engine', 'io', 'events', 'project', 'store'],
  scenario: ['engine', 'project', 'runtime'],
  // The verbs that need no host: check, simulate, test.
  offline: ['project', 'runtime', 'scenario'],
  services: ['proto', 'events', 'project', 'io', 'runtime'],
  transport: ['proto', 'services'],
  observe: [],
};

/** Rooms that promise to be pure: no platform modules. */
const pure = ['model', 'compiler'];

/** A walk over a recursive tree is recursive, and its functions lie in several files of one of these folders. */
const recursiveWalks = ['server/src/compiler/lower', 'server/src/compiler/check'];

const root = resolve(import.meta.dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

const imports = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);

/** Imports that are there at run time. */
const valueImports = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)(?! type)[^;]*?from\s*'([^']+)'/gm)].map(
    (match) => match[1]!,
  );

/** The room of a path relative to the repository, or undefined for files that belong to none (main.ts, config.ts). */
function roomOf(path: string): string | undefined {
  if (path.startsWith('proto/')) return 'proto';
  return /^server\/src\/([^/]+)\//.exec(path)?.[1];
}

describe('the rooms of the server', () => {
  const files = sources(join(root, 'server/src')).filter((file) => roomOf(relative(root, file)) !== undefined);

  it('are more than a few files', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it('each have a row in the table', () => {
    const rooms = [...new Set(files.map((file) => roomOf(relative(root, file))!))];
    expect(rooms.filter((room) => !(room in allowed))).toEqual([]);
  });

  it('import only what the table allows', () => {
    const violations = files.flatMap((file) => {
      const from = roomOf(relative(root, file))!;
      return imports(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(root, resolve(file, '..', target)))
        .filter((target) => {
          const room = roomOf(target);
          return room !== from && room !== 'model' && (room === undefined || !allowed[from]!.includes(room));
        })
        .map((target) => `${relative(root, file)} -> ${target}`);
    });
    expect(violations).toEqual([]);
  });

  it('that promise to be pure import no platform module', () => {
    const violations = files
      .filter((file) => pure.includes(roomOf(relative(root, file))!))
      .flatMap((file) =>
        imports(file)
          .filter((target) => target.startsWith('node:'))
          .map((target) => `${relative(root, file)} -> ${target}`),
      );
    // The machine's clocks are the one thing that model takes from the platform, and it does so through globals.
    expect(violations).toEqual([]);
  });

  it('form no cycle of files, types and recursive walks apart', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        valueImports(file)
          .filter((t) => t.startsWith('.'))
          .map((t) => resolve(file, '..', t).replace(/\.js$/, '.ts')),
      ]),
    );
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done' || !graph.has(file)) return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].map((f) => relative(root, f)).join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const next of graph.get(file)!) visit(next, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    const walks = cycles.filter((cycle) =>
      recursiveWalks.some((folder) => cycle.split(' -> ').every((file) => dirname(file) === folder)),
    );
    expect(cycles.filter((cycle) => !walks.includes(cycle))).toEqual([]);
  });
});

describe('the clients', () => {
  it('never import the server', () => {
    const files = ['clients/node/src', 'clients/cli/src'].flatMap((folder) => sources(join(root, folder)));
    const violations = files.flatMap((file) =>
      imports(file)
        .filter((target) => target.includes('server/'))
        .map((target) => `${relative(root, file)} -> ${target}`),
    );
    expect(files.length).toBeGreaterThan(0);
    expect(violations).toEqual([]);
  });
});
