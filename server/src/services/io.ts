import type { MessageInitShape } from '@bufbuild/protobuf';
import { IoDirection } from '../../../proto/plcemu/v1/event_pb.js';
import {
  ForceChannelsRequestSchema,
  ForceChannelsResponseSchema,
  IoService,
  UnforceChannelsRequestSchema,
  UnforceChannelsResponseSchema,
  WriteChannelsRequestSchema,
  WriteChannelsResponseSchema,
  type ChannelSchema,
  type ChannelWrite,
} from '../../../proto/plcemu/v1/io_pb.js';
import { HostError } from '../model/host-error.js';
import type { ChannelDescriptor } from '../model/program-image.js';
import { findChannels, listChannels, readChannel, type ChannelReading } from '../runtime/channels.js';
import { pageOf } from '../runtime/page.js';
import type { HostedRuntime } from '../runtime/runtimes.js';
import { requireProgram } from '../runtime/runtime-core.js';
import { mostVariables } from '../runtime/variables.js';
import type { UnforceAnswer, WriteAnswer } from '../runtime/write-variables.js';
import type { Mutation } from './mutation.js';
import type { RegisteredService } from './registry.js';
import { register } from './registry.js';
import type { Rooms } from './rooms.js';
import { variableMessage } from './value.js';
import { itemOf, withConflicts } from './variable-calls.js';

const directions = { input: IoDirection.INPUT, output: IoDirection.OUTPUT, marker: IoDirection.MARKER } as const;

/** What a write of channels gives: addresses in the order of the request, and what the write of their variables gave. */
interface ChannelAnswer {
  readonly channels: readonly ChannelDescriptor[];
  readonly answer: WriteAnswer;
}

export function createIoService({ runtimes, mutations, watches }: Rooms): RegisteredService {
  const subject = (request: {
    runtime: string;
    writes?: readonly ChannelWrite[];
    addresses?: readonly string[];
  }): string =>
    `${request.runtime} ${(request.writes?.map((w) => w.address) ?? request.addresses ?? []).slice(0, 50).join(' ')}`.trim();
  const listed = ({ channels, answer }: ChannelAnswer): { address: string; generation: bigint }[] =>
    channels.map((channel, i) => ({ address: channel.address, generation: answer.results[i]!.generation }));
  const head = ({ answer }: ChannelAnswer): { scan: bigint; sequence: bigint } => ({
    scan: BigInt(answer.scan),
    sequence: answer.sequence,
  });
  const write: Mutation<typeof WriteChannelsRequestSchema, typeof WriteChannelsResponseSchema, ChannelAnswer> = {
    input: WriteChannelsRequestSchema,
    output: WriteChannelsResponseSchema,
    answer: (a) => ({ ...head(a), written: listed(a) }),
    subject,
  };
  const force: Mutation<typeof ForceChannelsRequestSchema, typeof ForceChannelsResponseSchema, ChannelAnswer> = {
    input: ForceChannelsRequestSchema,
    output: ForceChannelsResponseSchema,
    answer: (a) => ({ ...head(a), forced: listed(a) }),
    subject,
  };
  const unforce: Mutation<
    typeof UnforceChannelsRequestSchema,
    typeof UnforceChannelsResponseSchema,
    UnforceAnswer & { addresses: readonly string[] }
  > = {
    input: UnforceChannelsRequestSchema,
    output: UnforceChannelsResponseSchema,
    answer: ({ scan, sequence, addresses }) => ({ scan: BigInt(scan), sequence, released: [...addresses] }),
    subject,
  };
  const channelsFor = (runtime: HostedRuntime, writes: readonly ChannelWrite[]): readonly ChannelDescriptor[] => {
    if (writes.length > mostVariables)
      throw new HostError('TOO_MANY_ITEMS', `A request writes at most ${mostVariables} channels.`, {
        limit: String(mostVariables),
      });
    const glob = writes.find((w) => w.address.includes('*'));
    if (glob)
      throw new HostError('INVALID_REQUEST', `'${glob.address.slice(0, 80)}' is a glob; name each channel to write.`, {
        address: glob.address.slice(0, 80),
      });
    return writes.length === 0
      ? []
      : findChannels(
          runtime.core,
          writes.map((w) => w.address),
        );
  };

  return register(IoService, {
    listChannels: (request) => {
      const runtime = runtimes.get(request.runtime);
      const wanted = listChannels(runtime.core).filter(
        (c) => request.direction === IoDirection.UNSPECIFIED || directions[c.direction] === request.direction,
      );
      const page = pageOf(wanted, (channel) => channelMessage(readChannel(channel, runtime.reader)), {
        ...request,
        usual: 1000,
        most: 1000,
        key: requireProgram(runtime.core).image.digest,
      });
      return { channels: [...page.items], nextPageToken: page.nextPageToken, scan: BigInt(runtime.core.memory.scan) };
    },
    readChannels: (request) => {
      const runtime = runtimes.get(request.runtime);
      const found = findChannels(runtime.core, request.addresses);
      if (found.length > mostVariables)
        throw new HostError('TOO_MANY_ITEMS', `A request reads at most ${mostVariables} channels; narrow the globs.`, {
          limit: String(mostVariables),
        });
      return {
        channels: found.map((channel) => channelMessage(readChannel(channel, runtime.reader))),
        scan: BigInt(runtime.core.memory.scan),
      };
    },
    writeChannels: (request, context) =>
      withConflicts(
        mutations.perform(write, request, context, async (call) => {
          const runtime = runtimes.get(request.runtime);
          const channels = channelsFor(runtime, request.writes);
          const items = request.writes.map((w, i) => itemOf({ ...w, path: channels[i]!.path }));
          const answer = await runtime.writer.write(
            { ...call, remember: (given) => call.remember({ channels, answer: given }) },
            items,
          );
          return { channels, answer };
        }),
      ),
    forceChannels: (request, context) =>
      withConflicts(
        mutations.perform(force, request, context, async (call) => {
          const runtime = runtimes.get(request.runtime);
          const channels = channelsFor(runtime, request.writes);
          const items = request.writes.map((w, i) => itemOf({ ...w, path: channels[i]!.path }));
          const answer = await runtime.writer.force(
            { ...call, remember: (given) => call.remember({ channels, answer: given }) },
            items,
          );
          return { channels, answer };
        }),
      ),
    unforceChannels: (request, context) =>
      mutations.perform(unforce, request, context, async (call) => {
        const runtime = runtimes.get(request.runtime);
        const channels = findChannels(runtime.core, request.addresses);
        const isForced = (c: ChannelDescriptor): boolean =>
          runtime.reader.readOne(runtime.reader.resolve(c.path)).forced;
        const forced = channels.filter(isForced);
        const addresses = forced.map((c) => c.address);
        if (forced.length === 0) return { scan: runtime.core.memory.scan, sequence: 0n, released: [], addresses };
        const answer = await runtime.writer.unforce(
          { ...call, remember: (given) => call.remember({ ...given, addresses }) },
          forced.map((c) => c.path),
        );
        return { ...answer, addresses };
      }),
    watchIo: (request, context) =>
      watches.open(
        { runtime: request.runtime, options: request.options, classes: ['io'], channels: request.channels },
        context,
      ),
  });
}

function channelMessage({ channel, reading }: ChannelReading): MessageInitShape<typeof ChannelSchema> {
  const { value, type, literal, generation, lastWriter, forced } = variableMessage(reading) as MessageInitShape<
    typeof ChannelSchema
  >;
  return {
    address: channel.address,
    direction: directions[channel.direction],
    path: reading.path,
    ...(type !== undefined && { type }),
    ...(value && { value }),
    ...(literal !== undefined && { literal }),
    ...(generation !== undefined && { generation }),
    ...(lastWriter && { lastWriter }),
    ...(forced !== undefined && { forced }),
  };
}
