import { randomUUID } from 'node:crypto';
import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { status as Status } from '@grpc/grpc-js';
import {
  CommandRequestSchema,
  type CommandResponse,
  type ForceVariablesRequestSchema,
  type ForceVariablesResponseSchema,
  type ReadVariablesRequestSchema,
  type ReadVariablesResponseSchema,
  type RuntimeService,
  type StartRequestSchema,
  type StartResponseSchema,
  type StepRequestSchema,
  type StepResponseSchema,
  type StopRequestSchema,
  type StopResponseSchema,
  type UnforceVariablesRequestSchema,
  type UnforceVariablesResponseSchema,
  type WriteVariablesRequestSchema,
  type WriteVariablesResponseSchema,
} from '../../../proto/plcemu/v1/runtime_pb.js';
import { createBackoff } from './backoff.js';
import { encodeRequest } from './encode-request.js';
import { joinCommands } from './join-commands.js';
import { PlcError, statusToError, toPlcError } from './plc-error.js';
import type { BidiCall, ServiceClient } from './service-client.js';
import { isTransient } from './transient.js';

/** Request and response of each command. */
interface CommandTypes {
  read: [typeof ReadVariablesRequestSchema, typeof ReadVariablesResponseSchema];
  write: [typeof WriteVariablesRequestSchema, typeof WriteVariablesResponseSchema];
  force: [typeof ForceVariablesRequestSchema, typeof ForceVariablesResponseSchema];
  unforce: [typeof UnforceVariablesRequestSchema, typeof UnforceVariablesResponseSchema];
  step: [typeof StepRequestSchema, typeof StepResponseSchema];
  start: [typeof StartRequestSchema, typeof StartResponseSchema];
  stop: [typeof StopRequestSchema, typeof StopResponseSchema];
}
type CommandName = keyof CommandTypes;

/**
 * Commands on one bidirectional stream, for clients that read and write every scan: several times the rate of single calls, and
 * any number under way at once. A dropped connection is mended inside: what has no answer yet is sent again under its request id
 * (one is made where none is given), so that it takes effect once. Answers come as PlcErrors where the host refuses. A command
 * that can't be encoded (INVALID_REQUEST), or is too large for a message (TOO_LARGE), is refused here, and no other with it.
 */
export type Commands = {
  readonly [K in CommandName]: (
    request: MessageInitShape<CommandTypes[K][0]>,
  ) => Promise<MessageShape<CommandTypes[K][1]>>;
} & {
  /** Streams that broke. */
  readonly stats: { readonly reconnects: number };
  /** Refuses what is under way with CANCELLED. */
  close(): void;
};

type Command = NonNullable<MessageInitShape<typeof CommandRequestSchema>['command']>;

interface Pending {
  /** As a CommandRequest. */
  readonly bytes: Uint8Array;
  readonly beganMs: number;
  resolve(value: unknown): void;
  reject(error: PlcError): void;
}

export interface CommandsOptions {
  /** How long a command may take, broken connections included, ms. */
  readonly timeoutMs: number;
  readonly onClose: () => void;
  /** Reason of the error that a closed stream refuses commands with. */
  readonly closeReason: () => string;
}

export function createCommands(runtime: ServiceClient<typeof RuntimeService>, options: CommandsOptions): Commands {
  const pending = new Map<bigint, Pending>();
  const stats = { reconnects: 0 };
  const abort = new AbortController();
  let call: BidiCall<(typeof RuntimeService)['method']['command']> | undefined;
  let running = false;
  let nextId = 1n;
  let heardMs = 0;
  let sweeper: NodeJS.Timeout | undefined;
  /** Commands that go with the next message. */
  let outbox: Uint8Array[] = [];

  /** What is asked for in one turn goes in one message. */
  const flush = (): void => {
    const commands = outbox;
    outbox = [];
    // Where there is no stream, the next one begins with all that has no answer.
    if (!call) return;
    // Why a stream takes no more is told by its responses.
    for (const message of joinCommands(commands)) call.send(message).catch(() => undefined);
  };
  const closed = (): PlcError =>
    new PlcError('The command stream is closed.', Status.CANCELLED, options.closeReason(), {});
  const refuseAll = (error: PlcError): void => {
    const refused = [...pending.values()];
    pending.clear();
    for (const each of refused) each.reject(error);
  };
  /** One timer for all deadlines. */
  const sweep = (): void => {
    sweeper = undefined;
    const now = performance.now();
    for (const [id, each] of pending) {
      if (each.beganMs + options.timeoutMs > now) continue;
      pending.delete(id);
      // Not a word since it was sent: the connection is dead without knowing it.
      if (heardMs < each.beganMs) call?.cancel();
      each.reject(
        new PlcError('The command was not answered in time; its effect is unknown.', Status.DEADLINE_EXCEEDED, '', {}),
      );
    }
    if (pending.size > 0) sweeper = setTimeout(sweep, 100);
  };
  const settle = (response: CommandResponse): void => {
    heardMs = performance.now();
    const each = pending.get(response.id);
    // A command that was given up.
    if (!each) return;
    pending.delete(response.id);
    const { result } = response;
    if (result.case === 'error') each.reject(statusToError(result.value));
    else if (result.case === undefined) each.reject(new PlcError('The answer is empty.', Status.INTERNAL, '', {}));
    else each.resolve(result.value);
  };

  /** Keeps a stream open for as long as something is under way. */
  const run = async (): Promise<void> => {
    running = true;
    const backoff = createBackoff({ firstMs: 50, mostMs: 1000 });
    while (!abort.signal.aborted) {
      try {
        const opened = runtime.command({ signal: abort.signal });
        call = opened;
        outbox = [...pending.values()].map(({ bytes }) => bytes);
        flush();
        for await (const response of opened.responses) {
          backoff.succeeded();
          settle(response);
          for (const one of response.more) settle(one);
        }
      } catch (error) {
        const failed = toPlcError(error);
        if (!abort.signal.aborted && !isTransient(failed)) refuseAll(failed);
      }
      call = undefined;
      // An idle stream is opened again by the next command.
      if (pending.size === 0 || abort.signal.aborted) break;
      stats.reconnects += 1;
      await backoff.wait(abort.signal);
    }
    running = false;
  };
  const send = (command: Command): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (abort.signal.aborted) {
        reject(closed());
        return;
      }
      const id = nextId;
      nextId += 1n;
      const bytes = encodeRequest(CommandRequestSchema, { id, command });
      pending.set(id, { bytes, beganMs: performance.now(), resolve, reject });
      sweeper ??= setTimeout(sweep, 100);
      if (!call && !running) void run();
      else if (outbox.push(bytes) === 1) process.nextTick(flush);
    });
  const withId = <R extends { requestId?: string }>(request: R): R =>
    request.requestId === undefined || request.requestId === '' ? { ...request, requestId: randomUUID() } : request;

  return {
    stats,
    read: (request) => send({ case: 'read', value: request }) as Promise<never>,
    write: (request) => send({ case: 'write', value: withId(request) }) as Promise<never>,
    force: (request) => send({ case: 'force', value: withId(request) }) as Promise<never>,
    unforce: (request) => send({ case: 'unforce', value: withId(request) }) as Promise<never>,
    step: (request) => send({ case: 'step', value: withId(request) }) as Promise<never>,
    start: (request) => send({ case: 'start', value: withId(request) }) as Promise<never>,
    stop: (request) => send({ case: 'stop', value: withId(request) }) as Promise<never>,
    close: () => {
      abort.abort();
      clearTimeout(sweeper);
      options.onClose();
      refuseAll(closed());
    },
  };
}
