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
    const finished: { readonly id: bigint; readonly result: CommandResult }[] = [];
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
    const receive = async (): Promise<void> => {
      for await (const request of requests) {
        underWay += 1;
        void perform(request, context)
          .catch((error: unknown): CommandResult => ({
            case: 'error',
            value: statusOf(error, context.method, rooms.record.log),
          }))
          .then((result) => {
            finished.push({ id: request.id, result });
            wakeSoon();
          });
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
        const answer = finished.shift();
        if (!answer) return undefined;
        underWay -= 1;
        resume();
        return encodeAnswer(answer.id, answer.result, room);
      },
      onReady(callback) {
        ready = callback;
      },
      get ended() {
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

/** Fields of CommandResponse. */
const fields = { id: 1, read: 2 } as const;
const sink = createByteSink();

function encodeAnswer(id: bigint, result: CommandResult, room: number): Uint8Array {
  sink.raw(new Uint8Array(room));
  if (result instanceof Uint8Array) {
    sink.uint64(fields.id, id);
    sink.bytes(fields.read, result);
  } else {
    sink.raw(toBinary(CommandResponseSchema, create(CommandResponseSchema, { id, result })));
  }
  return sink.take();
}

function requireEngineer({ caller, method }: CallContext): void {
  if (caller.role >= Role.ENGINEER) return;
  throw new HostError('PERMISSION_DENIED', 'Forcing needs the role engineer.', { method });
}
