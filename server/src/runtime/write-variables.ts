import type { BoundaryHook, CommandReply, Engine, MemoryCell } from '../engine/engine.js';
import type { TypeDescriptor, TypeId } from '../model/data-type.js';
import type { Actor, LastWriter, WriteEvent, WrittenItem } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import type { ProgramImage } from '../model/program-image.js';
import type { SharedTurn } from '../model/shared-turn.js';
import type { Value } from '../model/value.js';
import type { Claim } from './generations.js';
import type { Call } from './host-record.js';
import type { RuntimeCore } from './runtime-core.js';
import { requireProgram, writerNow } from './runtime-core.js';
import { encodeValue } from './value-codec.js';
import type { Variable } from './variable-tree.js';
import type { ForcedPlaces, VariableReader, VariableReading } from './variables.js';
import { isReference, mostVariables } from './variables.js';

export interface WriteItem {
  readonly path: string;
  /** Makes the value for the declared type; throws TYPE_MISMATCH. */
  readonly value: (types: readonly TypeDescriptor[], type: TypeId, path: string) => Value;
  readonly expectedGeneration?: bigint;
}

export interface WriteAnswer {
  readonly scan: number;
  readonly sequence: bigint;
  readonly results: readonly { readonly path: string; readonly generation: bigint }[];
}

export interface UnforceAnswer {
  readonly scan: number;
  /** 0 where nothing was forced. */
  readonly sequence: bigint;
  readonly released: readonly string[];
}

/** A write refused because a variable was not at the expected generation. */
export class GenerationConflict extends HostError {
  constructor(readonly conflicts: readonly { readonly expected: bigint; readonly current: VariableReading }[]) {
    const { current, expected } = conflicts[0]!;
    const winner = current.lastWriter?.by.name ?? 'nobody';
    super(
      'GENERATION_CONFLICT',
      `'${current.path}' is at generation ${current.generation}, not ${expected}; ${winner} wrote last. Read it and write again.`,
      {
        path: current.path,
        generation: current.generation.toString(),
        expectedGeneration: expected.toString(),
        lastWriter: winner,
      },
    );
  }
}

export interface VariableWriter {
  write(call: Call<WriteAnswer>, items: readonly WriteItem[]): Promise<WriteAnswer>;
  force(call: Call<WriteAnswer>, items: readonly WriteItem[]): Promise<WriteAnswer>;
  unforce(call: Call<UnforceAnswer>, paths: readonly string[]): Promise<UnforceAnswer>;
}

/** What is written, and the program whose addresses it has. */
interface Prepared {
  readonly image: ProgramImage;
  readonly targets: readonly Target[];
}
/** A write that counts already. */
interface Claimed {
  readonly items: readonly WrittenItem[];
  readonly claims: readonly Claim[];
  /** Paths of the leaves that are written. */
  readonly paths: readonly string[];
  /** How many programs had begun. */
  readonly loads: number;
}
type Act = Engine['write'];
interface Target {
  readonly item: WriteItem;
  readonly variable: Variable;
  readonly value: Value;
  readonly cells: readonly MemoryCell[];
}

export function createVariableWriter(
  core: RuntimeCore,
  reader: VariableReader,
  forced: ForcedPlaces,
  /** Forces are not set or released while one program replaces another. */
  forcing: SharedTurn,
): VariableWriter {
  const { engine, record } = core;
  /** Resolves when the writes accepted so far are in force and on disk. */
  let settled: Promise<unknown> = Promise.resolve();

  const prepare = (items: readonly WriteItem[], isForce: boolean): Prepared => {
    record.checkStorage();
    const { image } = requireProgram(core);
    if (engine.state().kind === 'faulted') {
      throw new HostError('RUNTIME_FAULTED', `The runtime '${core.name}' has faulted; reset it before writing.`, {
        runtime: core.name,
      });
    }
    if (items.length === 0)
      throw new HostError('INVALID_REQUEST', 'The request writes nothing; name a variable and a value.');
    if (items.length > mostVariables) {
      throw new HostError(
        'TOO_MANY_ITEMS',
        `A request writes at most ${mostVariables} variables, not ${items.length}.`,
        { limit: String(mostVariables) },
      );
    }
    const targets = items.map((item): Target => {
      const variable = reader.resolve(item.path);
      if (variable.constant)
        throw new HostError('NOT_WRITABLE', `'${variable.path}' is a constant.`, { path: variable.path });
      if (isReference(image.types, variable)) {
        throw new HostError(
          'NOT_WRITABLE',
          `'${variable.path}' is a reference; write the variable that it refers to.`,
          { path: variable.path },
        );
      }
      const kind = image.types[variable.type]!.kind;
      if (isForce && (kind === 'array' || kind === 'struct')) {
        throw new HostError('TYPE_MISMATCH', `'${variable.path}' is an aggregate; force its elements.`, {
          path: variable.path,
        });
      }
      const value = item.value(image.types, variable.type, variable.path);
      return { item, variable, value, cells: encodeValue(image.types, variable, value) };
    });
    refuseOverlaps(targets, image.types);
    return { image, targets };
  };

  const conflicting = (targets: readonly Target[]): readonly Target[] =>
    targets.filter(
      ({ item, variable }) =>
        item.expectedGeneration !== undefined && reader.claimedGeneration(variable).count !== item.expectedGeneration,
    );

  /** Refuses the whole request; others hear of it. */
  const refuseConflict = async (by: Actor, targets: readonly Target[]): Promise<never> => {
    // The winner's write may be on its way to the scan and the disk: it is shown, not the one before it.
    await settled;
    const conflicts = targets.map(({ item, variable }) => ({
      expected: item.expectedGeneration!,
      // Another program may have come meanwhile.
      current: reader.readOne(reader.resolve(variable.path)),
    }));
    for (const { expected, current } of conflicts.slice(0, 100)) {
      record.append('run_state', {
        kind: 'write_conflict', runtime: core.name, by, path: current.path, expectedGeneration: expected, generation: current.generation,
        ...(current.lastWriter && { lastWriter: current.lastWriter }),
      }); // prettier-ignore
    }
    throw new GenerationConflict(conflicts);
  };

  /** Counts the write for each variable. From here on a second writer with the same generation is refused. */
  const claim = (by: Actor, { targets }: Prepared): Claimed => {
    const claims: Claim[] = [];
    const paths: string[] = [];
    const writer: LastWriter = writerNow(core, by, core.memory.scan);
    const items = targets.map(({ variable, value }): WrittenItem => {
      const before = reader.claimedGeneration(variable);
      for (const path of reader.leafPaths(variable)) {
        paths.push(path);
        claims.push(core.generations.claim(path, writer));
      }
      const generation = reader.claimedGeneration(variable).count;
      return { path: variable.path, value, generation, ...(before.lastWriter && { overwrote: before.lastWriter }) };
    });
    return { items, claims, paths, loads: core.loads };
  };

  /** Writes on their way to the scan, by the program that they were prepared for. */
  const underWay = new Map<ProgramImage, Set<Promise<unknown>>>();
  const send = (act: Act, { image, targets }: Prepared, atBoundary: BoundaryHook): Promise<CommandReply> => {
    const cells = targets.flatMap((t) => t.cells);
    const sent = act(cells, atBoundary, image);
    const others = underWay.get(image) ?? new Set();
    underWay.set(image, others.add(sent));
    const forget = (): void => {
      others.delete(sent);
      if (others.size === 0) underWay.delete(image);
    };
    sent.then(forget, forget);
    return sent;
  };
  /** Those that an online change has come before: they are sent again, and whoever came later waits for them. */
  const overtaken = (): readonly Promise<unknown>[] => {
    const { image } = requireProgram(core);
    return [...underWay].flatMap(([of, sent]) => (of === image ? [] : [...sent]));
  };
  /** For the program that there is now. The claims stand, for the same variables. */
  const prepareAgain = (given: readonly WriteItem[], { paths, loads }: Claimed): Prepared => {
    if (core.loads !== loads)
      throw new HostError(
        'WRONG_STATE',
        'Another program has begun before this was written; look at it and write anew.',
      );
    const prepared = prepare(given, false);
    const now = prepared.targets.flatMap(({ variable }) => reader.leafPaths(variable));
    if (now.length === paths.length && now.every((path, i) => path === paths[i])) return prepared;
    throw new HostError(
      'WRONG_STATE',
      `An online change has given '${given[0]!.path}' other elements; write it anew.`,
      {
        path: given[0]!.path,
      },
    );
  };

  const carryOut = async (
    call: Call<WriteAnswer>,
    action: 'write' | 'force',
    given: readonly WriteItem[],
    act: Act,
    done: (targets: readonly Target[]) => void,
  ): Promise<WriteAnswer> => {
    for (let sent = overtaken(); sent.length > 0; sent = overtaken()) await Promise.allSettled(sent);
    let prepared = prepare(given, action === 'force');
    // Between the check and the claim nothing may be awaited.
    const refused = conflicting(prepared.targets);
    if (refused.length > 0) return refuseConflict(call.actor, refused);
    const claimed = claim(call.actor, prepared);
    const { claims } = claimed;
    const results = claimed.items.map(({ path, generation }) => ({ path, generation }));
    let answer: WriteAnswer | undefined;
    let committed: Promise<void> = Promise.resolve();
    // Called where the boundary lies among the engine's records, so that the event stands between the two scans.
    const atBoundary = (reply: CommandReply): void => {
      if (answer) return;
      const { targets } = prepared;
      done(targets);
      answer = { scan: reply.scan, sequence: record.nextSequence(), results };
      const items = claimed.items.map((item, i) => ({ ...item, value: targets[i]!.value }));
      const payload = written(core.name, call, action, reply.scan, items);
      ({ committed } = record.append('run_state', payload, [...claims.map((c) => c.change), ...call.remember(answer)]));
    };
    const effect = async (): Promise<WriteAnswer> => {
      let isDone = false;
      try {
        while (!answer) {
          try {
            atBoundary(await send(act, prepared, atBoundary));
          } catch (error) {
            // An online change came first: the variables lie elsewhere now. (None comes between forces.)
            if (!(error instanceof HostError && error.reason === 'BUSY')) throw error;
            prepared = prepareAgain(given, claimed);
          }
        }
        await committed;
        isDone = true;
        return answer;
      } finally {
        for (const each of claims) each.settle(isDone);
      }
    };
    const result = effect();
    // Without their values: a chain of them would keep every write that ever was.
    const before = settled;
    settled = result.then(
      () => before,
      () => before,
    );
    return result;
  };

  return {
    write: (call, items) =>
      carryOut(
        call,
        'write',
        items,
        (cells, hook, image) => engine.write(cells, hook, image),
        () => undefined,
      ),
    force: (call, items) =>
      forcing.use(() =>
        carryOut(
          call,
          'force',
          items,
          (cells, hook, image) => engine.force(cells, hook, image),
          (targets) => {
            for (const { variable, value, cells } of targets)
              forced.set(foldName(variable.path), { variable, value, cells });
          },
        ),
      ),
    unforce: (call, paths) => forcing.use(() => unforce(call, paths)),
  };

  async function unforce(call: Call<UnforceAnswer>, paths: readonly string[]): Promise<UnforceAnswer> {
    record.checkStorage();
    requireProgram(core);
    const wanted = paths.length === 0 ? [...forced.keys()] : paths.map((path) => foldName(reader.resolve(path).path));
    const places = [...new Set(wanted)].flatMap((key) => forced.get(key) ?? []);
    if (places.length === 0) return { scan: core.memory.scan, sequence: 0n, released: [] };
    const released = places.map((p) => p.variable.path);
    let answer: UnforceAnswer | undefined;
    let committed: Promise<void> = Promise.resolve();
    const atBoundary = (reply: CommandReply): void => {
      if (answer) return;
      for (const path of released) forced.delete(foldName(path));
      answer = { scan: reply.scan, sequence: record.nextSequence(), released };
      const items = places.map(({ variable }): WrittenItem => ({
        path: variable.path,
        generation: reader.claimedGeneration(variable).count,
      }));
      ({ committed } = record.append(
        'run_state',
        written(core.name, call, 'unforce', reply.scan, items),
        call.remember(answer),
      ));
    };
    atBoundary(
      await engine.unforce(
        places.flatMap((p) => p.cells),
        atBoundary,
      ),
    );
    await committed;
    return answer!;
  }
}

function written(
  runtime: string,
  call: { readonly actor: Actor; readonly requestId?: string },
  action: WriteEvent['action'],
  scan: number,
  items: readonly WrittenItem[],
): WriteEvent {
  return {
    kind: 'write',
    runtime,
    by: call.actor,
    action,
    scan,
    items,
    ...(call.requestId !== undefined && { requestId: call.requestId }),
  };
}

/** No place may be written twice in one request, also not as a part of another. */
function refuseOverlaps(targets: readonly Target[], types: readonly TypeDescriptor[]): void {
  if (targets.length < 2) return;
  const places = targets.map(({ variable }) => {
    const bits = variable.bit === undefined ? 8 * types[variable.type]!.size : 1;
    const start = 8 * variable.address + (variable.bit ?? 0);
    return { path: variable.path, start, end: start + bits };
  });
  places.sort((a, b) => a.start - b.start);
  for (let i = 1; i < places.length; i += 1) {
    const [before, place] = [places[i - 1]!, places[i]!];
    if (place.start >= before.end) continue;
    throw new HostError('DUPLICATE_TARGET', `'${place.path}' and '${before.path}' are the same place; write it once.`, {
      path: place.path,
    });
  }
}
