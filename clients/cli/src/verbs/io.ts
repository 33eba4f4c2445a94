import {
  ForceChannelsResponseSchema,
  ListChannelsResponseSchema,
  UnforceChannelsResponseSchema,
  WriteChannelsResponseSchema,
} from '../../../../proto/plcemu/v1/io_pb.js';
import { exitCode, UsageError } from '../exit-code.js';
import { withSession } from '../session.js';
import { table } from '../show.js';
import type { Verb } from '../verb.js';
import { readPairs } from './variables.js';

const io: Verb = {
  usage: 'plc-emu io [write|force ADDRESS VALUE]... | [unforce [ADDRESS]...]',
  summary: 'list I/O channels with their values, or write and force them',
  run: (argv) =>
    withSession(argv, { 'request-id': { type: 'string' } }, async (s) => {
      const [action, ...words] = s.positionals;
      const requestId = s.values['request-id'] ?? '';
      const writes = (): ReturnType<typeof channelWrites> => channelWrites(words);
      switch (action) {
        case undefined: {
          let pageToken = '';
          do {
            const response = await s.client.io.listChannels({ runtime: s.runtime, pageToken });
            s.print(ListChannelsResponseSchema, response, () =>
              response.channels.length === 0
                ? 'no channels'
                : table(
                    response.channels.map((c) => [
                      c.address,
                      c.path,
                      c.type,
                      c.literal + (c.forced ? '  (forced)' : ''),
                    ]),
                  ),
            );
            pageToken = response.nextPageToken;
          } while (pageToken !== '');
          return exitCode.done;
        }
        case 'write': {
          const response = await s.client.io.writeChannels({ runtime: s.runtime, requestId, writes: writes() });
          s.print(WriteChannelsResponseSchema, response, () =>
            response.written
              .map((w) => `${w.address}: generation ${w.generation}, in force after scan ${response.scan}`)
              .join('\n'),
          );
          return exitCode.done;
        }
        case 'force': {
          const response = await s.client.io.forceChannels({ runtime: s.runtime, requestId, writes: writes() });
          s.print(ForceChannelsResponseSchema, response, () =>
            response.forced.map((w) => `${w.address}: forced after scan ${response.scan}`).join('\n'),
          );
          return exitCode.done;
        }
        case 'unforce': {
          const response = await s.client.io.unforceChannels({ runtime: s.runtime, requestId, addresses: words });
          s.print(UnforceChannelsResponseSchema, response, () =>
            response.released.length === 0 ? 'nothing was forced' : response.released.join('\n'),
          );
          return exitCode.done;
        }
        default:
          throw new UsageError(`'${action}' is none of write, force, unforce.`);
      }
    }),
};

function channelWrites(
  words: readonly string[],
): { address: string; value: ReturnType<typeof readPairs>[number]['value'] }[] {
  return readPairs(words, []).map(({ path, value }) => ({ address: path, value }));
}

export const ioVerbs = { io };
