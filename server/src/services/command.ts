import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { Role } from '../../../proto/plcemu/v1/options_pb.js';
import {
  CommandResponseSchema,
  type CommandRequest,
  type RuntimeService,
  type StartRequest,
  type StartResponse,
  type StepRequest,
  type StepResponse,
  type StopRequest,
  type StopResponse,
} from '../../../proto/plcemu/v1/runtime_pb.js';
import { HostError } from '../model/host-error.js';
import { createByteSink } from './byte-sink.js';
import type { CallContext, EncodedStream, ServiceImplementation } from './registry.js';
import { statusOf } from './errors.js';
import type { Rooms } from './rooms.js';
import type { VariableCalls } from './variable-calls.js';

/** A message, or the bytes of the answer to a read, which is the command that comes most often. */
type CommandResult = Uint8Array | NonNullable<MessageInitShape<typeof CommandResponseSchema>['result']>;

export interface LifeCycleCalls {
  start(request: StartRequest, context: CallContext): Promise<StartResponse>;
  stop(request: StopRequest, context: CallContext): Promise<StopResponse>;
  step(request: StepRequest, context: CallContext): Promise<StepResponse>;
}

/** Commands of one message. */
const mostTogether = 256;
/** Answers of one message, bytes; a longer one goes alone. */
const mostTogetherBytes = 64 * 1024;
/** Commands of one stream that are under way, or whose answers were not taken; a client that sends more waits for the transport. */
const mostUnderWay = 256;

/**
 * The Command stream: every request is begun as it comes and answered with its id when it is done, so a client can have many on
 * their way to the next scan. A refusal is an answer, too.
 */
export function createCommandStream(
  rooms: Rooms,
  variables: VariableCalls,
  lifeCycle: LifeCycleCalls,
): ServiceImplementation<typeof RuntimeService>['command'] {
  const perform = async ({ command }: CommandRequest, context: CallContext): Promise<CommandResult> => {
    switch (command.case) {
      case 'read':
        return variables.read(command.value);
      case 'write':
        return { case: 'write', value: await variables.write(command.value, context, true) };
      case 'force':
        requireEngineer(context);
        return { case: 'force', value: await variables.force(command.value, context, true) };
      case 'unforce':
        requireEngineer(context);
        return { case: 'unforce', value: await variables.unforce(command.value, context, true) };
      case 'step':
        return { case: 'step', value: await lifeCycle.step(command.value, context) };
      case 'start':
        return { case: 'start', value: await lifeCycle.start(command.value, context) };
      case 'stop':
        return { case: 'stop', value: await lifeCycle.stop(command.value, context) };
      default:
        throw new HostError(
          'INVALID_REQUEST',
          'The command is empty; set one of read, write, force, unforce, step, start, stop.',
          { field: 'command' },
        );
    }
  };

  return function command(requests, context): EncodedStream {
    const finished: Answer[] = [];
    let ready: (() => void) | undefined;
    let waking: NodeJS.Immediate | undefined;
    let underWay = 0;
    let over = false;
    let failure: unknown;
    let resume: () => void = () => undefined;

    const wake = (): void => {
      waking = undefined;
      const callback = ready;
      ready = undefined;
      callback?.();
    };
    /** What is done in one turn of the event loop goes to the transport at once. */
    const wakeSoon = (): void => void (waking ??= setImmediate(wake));
    const begin = (request: CommandRequest, together: boolean, act: () => Promise<CommandResult>): void => {
      underWay += 1;
      void act()
        .catch((error: unknown): CommandResult => ({
          case: 'error',
          value: statusOf(error, context.method, rooms.record.log),
        }))
        .then((result) => {
          finished.push({ id: request.id, result, together });
          wakeSoon();
        });
    };
    const receive = async (): Promise<void> => {
      for await (const request of requests) {
        const together = request.more.length > 0;
        begin(request, together, () => perform(request, context));
        request.more.forEach((one, at) =>
          begin(one, true, () => (isWithin(one, at) ? perform(one, context) : Promise.reject(tooMany()))),
        );
        // Backpressure: nothing more is read from the transport meanwhile.
        if (underWay >= mostUnderWay) await new Promise<void>((resolve) => (resume = resolve));
      }
    };
    void receive()
      .catch((error: unknown) => (failure = error))
      .finally(() => {
        over = true;
        wakeSoon();
      });

    return {
      take(room = 0) {
        if (finished.length === 0) return undefined;
        const bytes = encodeAnswers(finished, room);
        underWay -= finished.splice(0, bytes.answers).length;
        resume();
        return { head: bytes.message, body: undefined };
      },
      onReady(callback) {
        ready = callback;
      },
      ended() {
        if (finished.length > 0 || !over) return undefined;
        if (failure !== undefined) return { error: failure };
        return underWay === 0 ? { error: undefined } : undefined;
      },
      close() {
        clearImmediate(waking);
        ready = undefined;
      },
    };
  };
}

interface Answer {
  readonly id: bigint;
  readonly result: CommandResult;
  /** May go with others. */
  readonly together: boolean;
}

const isWithin = (one: CommandRequest, at: number): boolean => one.more.length === 0 && at + 1 < mostTogether;
const tooMany = (): HostError =>
  new HostError(
    'TOO_MANY_ITEMS',
    `A message has at most ${mostTogether} commands, and none within \`more\` has \`more\`.`,
    {
      limit: String(mostTogether),
    },
  );

/** Fields of CommandResponse. */
const fields = { id: 1, read: 2, more: 9 } as const;
const sink = createByteSink();

/** The first answer, and as many of those behind it as may go with it. */
function encodeAnswers(
  finished: readonly Answer[],
  room: number,
): { readonly message: Uint8Array; readonly answers: number } {
  sink.raw(new Uint8Array(room));
  let answers = 0;
  let size = 0;
  for (; answers < finished.length; answers += 1) {
    const { id, result, together } = finished[answers]!;
    const isMore = answers > 0;
    if (isMore && (!together || !finished[0]!.together || answers >= mostTogether)) break;
    const isBytes = result instanceof Uint8Array;
    const bytes = isBytes ? result : toBinary(CommandResponseSchema, create(CommandResponseSchema, { id, result }));
    size += bytes.length;
    if (isMore && size > mostTogetherBytes) break;
    const mark = isMore ? sink.open(fields.more) : undefined;
    if (isBytes) {
      sink.uint64(fields.id, id);
      sink.bytes(fields.read, bytes);
    } else sink.raw(bytes);
    if (mark !== undefined) sink.close(mark);
  }
  return { message: sink.take(), answers };
}

function requireEngineer({ caller, method }: CallContext): void {
  if (caller.role >= Role.ENGINEER) return;
  throw new HostError('PERMISSION_DENIED', 'Forcing needs the role engineer.', { method });
}
