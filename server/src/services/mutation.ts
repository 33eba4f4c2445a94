import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Role } from '../../../proto/plcemu/v1/options_pb.js';
import { HostError } from '../model/host-error.js';
import type { Call, HostRecord } from '../runtime/host-record.js';
import { auditDetail } from './event-message.js';
import type { CallContext } from './registry.js';

/** How a mutating RPC becomes one call of a room: once per request id, with an audit record of what came of it. */
export interface Mutations {
  /**
   * Performs `act` unless the request id has an answer already. `answer` makes the response from what the room gives; the room
   * journals it along with its event.
   */
  perform<I extends DescMessage, O extends DescMessage, R>(
    mutation: Mutation<I, O, R>,
    request: MessageShape<I>,
    context: CallContext,
    act: (call: Call<R>) => Promise<R>,
  ): Promise<MessageShape<O>>;
}

export interface Mutation<I extends DescMessage, O extends DescMessage, R> {
  readonly input: I;
  readonly output: O;
  readonly answer: (result: R) => MessageInitShape<O>;
  /** What the call is about, for the audit trail. */
  readonly subject: (request: MessageShape<I>) => string;
  /** Only refusals go into the audit trail: what was done has an event of its own that names the client. */
  readonly auditRefusalsOnly?: boolean;
}

const longestId = 128;

export function createMutations(record: HostRecord): Mutations {
  const audit = async (
    context: CallContext,
    target: string,
    outcome: 'done' | 'refused',
    requestId: string,
    reason?: string,
  ): Promise<void> => {
    const { actor, role, peer } = context.caller;
    await record.append('audit', {
      kind: 'audit', by: actor, action: context.method, target: target.slice(0, 1000), outcome, detail: auditDetail(Role[role].toLowerCase(), peer),
      ...(requestId !== '' && { requestId }), ...(reason !== undefined && { reason }),
    }).committed; // prettier-ignore
  };
  return {
    async perform(mutation, request, context, act) {
      const { requestId = '' } = request as { requestId?: string };
      const target = mutation.subject(request);
      try {
        if (requestId.length > longestId) {
          throw new HostError('INVALID_REQUEST', `A request id has at most ${longestId} characters.`, {
            field: 'request_id',
          });
        }
        const { actor } = context.caller;
        let audited: Promise<void> | undefined;
        const done = (): Promise<void> =>
          (audited ??= mutation.auditRefusalsOnly ? Promise.resolve() : audit(context, target, 'done', requestId));
        // The audit record follows the event in the same turn, so that one write to disk takes both.
        const withAudit = <T>(given: T): T => {
          queueMicrotask(() => void done().catch(() => undefined));
          return given;
        };
        const bytesOf = (result: Parameters<typeof mutation.answer>[0]): Uint8Array =>
          toBinary(mutation.output, create(mutation.output, mutation.answer(result)));
        if (requestId === '') {
          const result = await act({ actor, remember: () => withAudit([]) });
          await done();
          return create(mutation.output, mutation.answer(result));
        }
        // The method belongs to what the id stands for.
        const body = Buffer.concat([Buffer.from(`${context.method}\n`), toBinary(mutation.input, request)]);
        const answer = await record.requests.once(requestId, body, async (remember) => {
          const result = await act({ actor, requestId, remember: (given) => withAudit(remember(bytesOf(given))) });
          await done();
          return bytesOf(result);
        });
        return fromBinary(mutation.output, answer);
      } catch (error) {
        // The refusal is the caller's answer also where the trail can't be written.
        await audit(
          context,
          target,
          'refused',
          requestId,
          error instanceof HostError ? error.reason : 'INTERNAL',
        ).catch(() => undefined);
        throw error;
      }
    },
  };
}
