import type { MessageInitShape } from '@bufbuild/protobuf';
import { Role } from '../../../proto/plcemu/v1/options_pb.js';
import type {
  CommandRequest,
  CommandResponseSchema,
  RuntimeService,
  StartRequest,
  StartResponse,
  StepRequest,
  StepResponse,
  StopRequest,
  StopResponse,
} from '../../../proto/plcemu/v1/runtime_pb.js';
import { HostError } from '../model/host-error.js';
import type { CallContext, ServiceImplementation } from './registry.js';
import { statusOf } from './errors.js';
import type { Rooms } from './rooms.js';
import type { VariableCalls } from './variable-calls.js';

type CommandResult = NonNullable<MessageInitShape<typeof CommandResponseSchema>['result']>;

export interface LifeCycleCalls {
  start(request: StartRequest, context: CallContext): Promise<StartResponse>;
  stop(request: StopRequest, context: CallContext): Promise<StopResponse>;
  step(request: StepRequest, context: CallContext): Promise<StepResponse>;
}

/** Commands under way on one stream; a client that sends faster waits for the transport. */
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
        return { case: 'read', value: variables.read(command.value) };
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

  return async function* command(requests, context) {
    const finished: MessageInitShape<typeof CommandResponseSchema>[] = [];
    let wake: () => void = () => undefined;
    let underWay = 0;
    let over = false;
    let failure: unknown;
    const pause = (): Promise<void> => new Promise((resolve) => (wake = resolve));
    let resume: () => void = () => undefined;

    const receive = async (): Promise<void> => {
      for await (const request of requests) {
        underWay += 1;
        void perform(request, context)
          .catch((error: unknown): CommandResult => ({
            case: 'error',
            value: statusOf(error, context.method, rooms.record.log),
          }))
          .then((result) => {
            underWay -= 1;
            finished.push({ id: request.id, result });
            wake();
            resume();
          });
        // Backpressure: nothing more is read from the transport meanwhile.
        if (underWay >= mostUnderWay) await new Promise<void>((resolve) => (resume = resolve));
      }
    };
    void receive()
      .catch((error: unknown) => (failure = error))
      .finally(() => {
        over = true;
        wake();
      });

    for (;;) {
      const ready = finished.splice(0);
      for (const response of ready) yield response;
      if (ready.length > 0 || finished.length > 0) continue;
      if (failure !== undefined) throw failure as Error;
      if (over && underWay === 0) return;
      await pause();
    }
  };
}

function requireEngineer({ caller, method }: CallContext): void {
  if (caller.role >= Role.ENGINEER) return;
  throw new HostError('PERMISSION_DENIED', 'Forcing needs the role engineer.', { method });
}
