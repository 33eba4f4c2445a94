import { faultCodes, type Fault } from '../model/fault.js';
import { errorOf, HostError } from '../model/host-error.js';
import type { ProgramImage } from '../model/program-image.js';
import { controlWords } from './control-page.js';
import type {
  BoundaryHook, CommandReply, Engine, EngineListener, EngineOptions, EngineRecord, EngineSnapshot, EngineState, MemoryCell, StepReply, WorkerPool,
} from './engine.js'; // prettier-ignore
import { createListeners } from './listeners.js';
import type { CommandResult, EngineCommand, Program, WorkerMessage } from './messages.js';
import { createMirrorMemory, type MirrorMemory } from './mirror-memory.js';
import { createRetainOffers } from './retain-offers.js';
import { allocateRing, defaultRingBytes, isRingEmpty, ringHolds } from './ring.js';
import { readStats } from './read-stats.js';
import { allocateStats } from './stats-page.js';
import { noSeat, raiseThreadPriority, type ThreadPriority } from './thread-priority.js';
import { createWatchdog, type Watchdog } from './watchdog.js';
import { linkWorker, type WorkerLink } from './worker-link.js';
import { openWorkerPool, sharedWorkerPool, type OpenWorkerPool } from './worker-pool.js';

const minTickNs = 100_000n;
const closePatienceMs = 500;
const warmBudgetMs = 8;

interface Pending {
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: unknown) => void;
  readonly atBoundary: BoundaryHook | undefined;
}
/** A program that the worker has been asked to take. */
interface Candidate {
  readonly image: ProgramImage;
  readonly program: Program;
}
interface Current extends Candidate {
  readonly mirror: MirrorMemory;
}
interface Connection {
  readonly link: WorkerLink;
  readonly watchdog: Watchdog;
  priority: ThreadPriority;
  slackNs?: number;
  /** Gives the real-time seat back. */
  readonly leave: () => void;
}

/** A pool that keeps `spares` (default 1) started threads ready once the first engine has asked for one. */
export function createWorkerPool(options: { readonly spares?: number } = {}): WorkerPool {
  return openWorkerPool(options.spares);
}

/** Makes an engine without an image. Its worker is taken from the pool at the first command. */
export function createEngine(options: EngineOptions): Engine {
  const { name, tickNs } = options;
  if (tickNs !== undefined && tickNs < minTickNs) {
    throw new HostError('INVALID_REQUEST', `The scan interval must be at least 100 us, not ${tickNs} ns.`);
  }
  const pool = (options.pool as OpenWorkerPool | undefined) ?? sharedWorkerPool();
  const realtime = options.realtime !== false && options.clock === 'wall';
  const listeners = createListeners();
  const pending = new Map<number, Pending>();
  const candidates = new Map<number, Candidate>();
  let nextId = 1;
  let current: Current | undefined;
  let state: EngineState = { kind: 'empty', scan: 0 };
  let forces: readonly MemoryCell[] = [];
  let connection: Promise<Connection> | undefined;
  let linked: Connection | undefined;
  let kernel: Promise<WebAssembly.Module> | undefined;
  /** The ring of the program before: a thread lets go of shared memory only when its small heap is collected, which is seldom. */
  let spareRing: SharedArrayBuffer | undefined;
  /** While a lost worker is replaced, what the new one tells is known already. */
  let reviving = false;
  let closing: Promise<void> | undefined;
  const retain = createRetainOffers(options.retainIntervalMs ?? 100, (image, scan, bytes) =>
    listeners.call('onRetain', scan, bytes, image),
  );

  const closedError = (): HostError => new HostError('SHUTTING_DOWN', `The engine of runtime ${name} is closed.`);
  const effectiveTick = (image: ProgramImage): bigint => (image.hasTasks ? image.tickNs : (tickNs ?? image.tickNs));
  function watchLimitMs(image: ProgramImage | undefined): number {
    const intervals = options.watchdogIntervals ?? 10;
    return Math.max(options.watchdogMinMs ?? 1000, image ? (Number(effectiveTick(image)) / 1e6) * intervals : 0);
  }

  async function connect(): Promise<Connection> {
    const pooled = await pool.take();
    const kernelModule = options.changeKernel && (await (kernel ??= WebAssembly.compile(options.changeKernel)));
    const made: { connection?: Connection } = {};
    const link = linkWorker(
      pooled,
      {
        name,
        clock: options.clock,
        ...(tickNs !== undefined && { tickNs }),
        virtualDateNs: options.virtualDateNs ?? 0n,
        ...(kernelModule && { kernel: kernelModule }),
        realtime,
      },
      {
        onRecords: take,
        onMessage: (message) => handle(message, link, made.connection),
        onEnd: (why, outOfMemory) => {
          const code = outOfMemory ? 'R4006' : 'R4007';
          workerLost({ code, message: `${faultCodes[code]}: ${why}`, scan: lastScan() + 1 });
        },
      },
    );
    const watchdog = createWatchdog(link.control, () => void stuck(link));
    const leave = realtime ? pool.realtimeSeat() : undefined;
    const opened: Connection = {
      link, watchdog, priority: realtime && !leave ? noSeat : { policy: 'other', priority: 0 }, leave: leave ?? (() => undefined),
    }; // prettier-ignore
    made.connection = opened;
    linked = opened;
    if (leave) void raiseThreadPriority(pooled.threadId).then((priority) => (opened.priority = priority));
    return opened;
  }
  /** The worker; a new one, brought to where the last one was, if that is gone. */
  function connected(): Promise<Connection> {
    connection ??= connect()
      .then(async (opened) => {
        if (current) await revive(opened, current);
        return opened;
      })
      .catch((cause: unknown) => {
        // The next command tries again.
        connection = undefined;
        throw cause;
      });
    return connection;
  }

  const lastScan = (): number => current?.mirror.scan ?? 0;

  function take(records: readonly EngineRecord[]): void {
    for (const record of records) current?.mirror.apply(record);
    if (reviving) return;
    listeners.call('onRecords', records);
    if (current) retain.changed(current);
  }
  function setState(next: EngineState): void {
    state = next;
    guard();
    if (next.kind !== 'running' && current) retain.flush(current);
    listeners.call('onState', next);
  }
  /** The watchdog looks only while generated code may run. */
  function guard(): void {
    if (!linked) return;
    const busy = pending.size > 0 || state.kind === 'running' || state.kind === 'stepping';
    if (busy) linked.watchdog.watch(watchLimitMs(current?.image));
    else linked.watchdog.stop();
  }

  function handle(message: WorkerMessage, link: WorkerLink, made: Connection | undefined): void {
    switch (message.kind) {
      case 'reply': {
        if (message.result.forces) forces = message.result.forces;
        const waiting = finish(message.id);
        try {
          waiting?.atBoundary?.(reply(message.result));
          waiting?.resolve(message.result);
        } catch (thrown) {
          waiting?.reject(thrown);
        }
        return;
      }
      case 'refused':
        finish(message.id)?.reject(errorOf(message));
        return;
      case 'program': {
        const candidate = candidates.get(message.id);
        if (!candidate) return;
        if (current && isRingEmpty(current.program.ring)) spareRing = current.program.ring;
        current = { ...candidate, mirror: createMirrorMemory(candidate.image.memory.variables) };
        link.useRing(candidate.program.ring, (index) => candidate.image.tasks[index]?.name ?? '');
        return;
      }
      case 'state':
        if (!reviving)
          setState({ kind: message.state, scan: message.scan, ...(message.fault && { fault: message.fault }) });
        return;
      case 'fault':
        if (!reviving) listeners.call('onFault', message.fault);
        return;
      case 'thread':
        if (made && message.slackNs !== undefined) made.slackNs = message.slackNs;
        return;
      case 'defect':
        listeners.call('onDefect', message.message);
        return;
      default:
        message satisfies never;
    }
  }
  function finish(id: number): Pending | undefined {
    const waiting = pending.get(id);
    pending.delete(id);
    candidates.delete(id);
    guard();
    return waiting;
  }

  async function call(
    command: EngineCommand,
    candidate?: Candidate,
    atBoundary?: BoundaryHook,
  ): Promise<CommandResult> {
    if (closing) throw closedError();
    const { link } = await connected();
    if (closing) throw closedError();
    return send(link, command, candidate, atBoundary);
  }
  function send(
    link: WorkerLink,
    command: EngineCommand,
    candidate?: Candidate,
    atBoundary?: BoundaryHook,
  ): Promise<CommandResult> {
    const id = nextId;
    nextId += 1;
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject, atBoundary });
      if (candidate) candidates.set(id, candidate);
      if (pending.size === 1) guard();
      try {
        link.post({ id, command });
      } catch (cause) {
        finish(id);
        reject(new HostError('INVALID_REQUEST', `The command cannot be sent: ${String(cause)}`));
      }
    });
  }

  async function stuck(link: WorkerLink): Promise<void> {
    const task = current?.image.tasks[Atomics.load(link.control, controlWords.task)];
    const pou = task?.programs[Atomics.load(link.control, controlWords.program)]?.type;
    // The fast form of the code tells no statements: the program that did not end is what is known.
    const site = current?.image.sites.find((one) => one.pou === pou);
    link.pump();
    const ended = link.close(0);
    workerLost({
      code: 'R4005',
      message: faultCodes.R4005,
      scan: lastScan() + 1,
      ...(task && { task: task.name }),
      ...(site && { site }),
    });
    await ended;
  }
  function workerLost(fault: Fault): void {
    linked?.watchdog.stop();
    linked?.leave();
    linked = undefined;
    connection = undefined;
    spareRing = undefined;
    const refused = [...pending.values()];
    pending.clear();
    candidates.clear();
    const reason = fault.code === 'R4005' ? 'WATCHDOG' : 'RUNTIME_FAULTED';
    for (const { reject } of refused)
      reject(new HostError(reason, `${fault.message}; the command was ended.`, { fault: fault.code }));
    if (closing || reviving || !current) return;
    const known = state.fault ?? fault;
    const safe = current.mirror.zero(current.image.memory.outputs);
    if (safe) listeners.call('onRecords', [{ kind: 'write', scan: lastScan(), ...safe }]);
    listeners.call('onFault', known);
    setState({ kind: 'faulted', scan: lastScan(), fault: known });
  }
  /** Gives a new worker the variables as they were at the last boundary, faulted, so that it can be looked at and reset. */
  async function revive(opened: Connection, { image, program, mirror }: Current): Promise<void> {
    if (closing) throw closedError();
    reviving = true;
    try {
      const candidate = { image, program: makeProgram(image, program.module, program.stats) };
      const snapshot: EngineSnapshot = {
        imageDigest: image.digest,
        scan: mirror.scan,
        timeNs: mirror.timeNs,
        bytes: mirror.bytes.slice(),
        tasks: image.tasks.map(() => ({ nextDueNs: mirror.timeNs, single: false })),
        forces,
      };
      const fault = state.fault ?? { code: 'R4007', message: faultCodes.R4007, scan: mirror.scan + 1 };
      await send(
        opened.link,
        { kind: 'load', program: candidate.program, cells: [], forces, revive: { snapshot, fault } },
        candidate,
      );
    } finally {
      reviving = false;
    }
  }

  function makeProgram(
    image: ProgramImage,
    module: WebAssembly.Module,
    stats = allocateStats(image.tasks.length),
  ): Program {
    const { digest, memory, initialMemory, tasks, hasTasks, sites } = image;
    const size = Math.max(options.ringBytes ?? defaultRingBytes, 4 * memory.variables.size + 65536);
    const ring = spareRing && ringHolds(spareRing, size) ? spareRing : allocateRing(size);
    spareRing = undefined;
    return {
      image: { digest, name: image.name, memory, initialMemory, tasks, tickNs: image.tickNs, hasTasks, sites },
      module,
      ring,
      stats,
    };
  }
  async function compile(image: ProgramImage, before?: Current): Promise<Candidate> {
    // An online change counts on.
    const stats = before?.image.tasks.length === image.tasks.length ? before.program.stats : undefined;
    try {
      return { image, program: makeProgram(image, await WebAssembly.compile(image.wasm), stats) };
    } catch (cause) {
      throw new HostError('UNSUPPORTED', `The image cannot be compiled: ${String(cause)}`);
    }
  }
  const digestOf = (image: ProgramImage | undefined): { readonly digest?: string } =>
    image ? { digest: image.digest } : {};
  const reply = ({ scan, timeNs }: CommandResult): CommandReply => ({ scan, timeNs });
  const stepReply = (result: CommandResult): StepReply => ({
    ...reply(result),
    scans: 0,
    end: 'stopped',
    ...result.step,
  });
  const command = async (sent: EngineCommand, atBoundary?: BoundaryHook): Promise<CommandReply> =>
    reply(await call(sent, undefined, atBoundary));

  return {
    name,
    async load(image, load = {}) {
      const candidate = await compile(image);
      const { program } = candidate;
      return reply(
        await call({ kind: 'load', program, cells: load.cells ?? [], forces: load.forces ?? [] }, candidate),
      );
    },
    async swap(image, moves, swap = {}) {
      const before = current;
      if (!before) throw new HostError('NO_PROJECT', 'No program is loaded; load one first.');
      const candidate = await compile(image, before);
      const { program } = candidate;
      const { mirror } = before;
      const from = new Uint8Array(mirror.base + mirror.bytes.length);
      from.set(mirror.bytes, mirror.base);
      const ended = await pool.warm({
        kind: 'warm', image: program.image, module: program.module, from, moves, budgetMs: warmBudgetMs,
        initLimitMs: watchLimitMs(image), ...(tickNs !== undefined && { tickNs }),
      }); // prettier-ignore
      if (!ended) throw new HostError('WATCHDOG', 'The initial values of the new program are not computed in time.');
      if (current?.image !== before.image || candidates.size > 0) {
        throw new HostError('BUSY', 'Another program was loaded meanwhile; plan the change anew.');
      }
      return reply(await call({ kind: 'swap', program, moves, ...swap }, candidate));
    },
    run: () => command({ kind: 'run' }),
    stop: () => command({ kind: 'stop' }),
    step: async (scans) => stepReply(await call({ kind: 'step', scans })),
    runUntil: async (condition, limitScans) => stepReply(await call({ kind: 'runUntil', condition, limitScans })),
    reset: (kind) => command({ kind: 'reset', reset: kind }),
    write: (cells, atBoundary, image) => command({ kind: 'write', cells, ...digestOf(image) }, atBoundary),
    force: (cells, atBoundary, image) => command({ kind: 'force', cells, ...digestOf(image) }, atBoundary),
    unforce: (cells, atBoundary) => command({ kind: 'unforce', ...(cells && { cells }) }, atBoundary),
    forces: () => forces,
    async read(ranges) {
      const result = await call({ kind: 'read', ranges });
      return { ...reply(result), bytes: result.bytes ?? [] };
    },
    async snapshot() {
      const { snapshot } = await call({ kind: 'snapshot' });
      if (!snapshot) throw new Error('engine: a snapshot without its bytes');
      return snapshot;
    },
    restore: (snapshot) => command({ kind: 'restore', snapshot }),
    mirror: () => current?.mirror,
    image: () => current?.image,
    state: () => (state.kind === 'closed' || !current ? state : { ...state, scan: current.mirror.scan }),
    stats: () => readStats(current?.program, current?.image, linked, options.changeKernel ? 'simd' : 'javascript'),
    on: (listener: EngineListener) => listeners.add(listener),
    close() {
      closing ??= (async () => {
        linked?.watchdog.stop();
        linked?.link.pump();
        for (const { reject } of pending.values()) reject(closedError());
        pending.clear();
        if (current) retain.flush(current);
        retain.close();
        await connection?.catch(() => undefined);
        await linked?.link.close(closePatienceMs);
        linked?.leave();
        linked = undefined;
        state = { kind: 'closed', scan: lastScan(), ...(state.fault && { fault: state.fault }) };
        listeners.call('onState', state);
      })();
      return closing;
    },
  };
}
