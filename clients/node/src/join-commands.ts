import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { CommandRequestSchema } from '../../../proto/plcemu/v1/runtime_pb.js';

/** Commands in one message, as the protocol allows. */
const mostTogether = 256;
/** Bytes of the commands in one message; a longer command goes alone. */
const mostTogetherBytes = 1024 * 1024;
const more = CommandRequestSchema.field.more.number;

/** The messages that carry these CommandRequests, each encoded, in their order. */
export function joinCommands(commands: readonly Uint8Array[]): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < commands.length;) {
    const first = commands[at]!;
    const writer = new BinaryWriter().raw(first);
    const end = at + mostTogether;
    let sizeBytes = first.length;
    for (at += 1; at < Math.min(end, commands.length); at += 1) {
      const next = commands[at]!;
      sizeBytes += next.length;
      if (sizeBytes > mostTogetherBytes) break;
      writer.tag(more, WireType.LengthDelimited).bytes(next);
    }
    messages.push(writer.finish());
  }
  return messages;
}
