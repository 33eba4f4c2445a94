import type { ChannelDescriptor } from '../model/program-image.js';
import { channelsOf, selectChannels } from '../io/channel-list.js';
import { canonicalAddress, compileGlob, isGlob } from './access-path.js';
import type { RuntimeCore } from './runtime-core.js';
import { requireProgram } from './runtime-core.js';
import type { VariableReader, VariableReading } from './variables.js';

export interface ChannelReading {
  readonly channel: ChannelDescriptor;
  readonly reading: VariableReading;
}

/** A glob over addresses: they have no segments, so `%Q*` is `%QX0.1`, too. */
export function addressGlob(term: string): (address: string) => boolean {
  return compileGlob(term.replaceAll(/\*+/g, '**'));
}

/** All channels of a runtime's program, in order. */
export function listChannels(core: RuntimeCore): readonly ChannelDescriptor[] {
  return channelsOf(requireProgram(core).image);
}

/** Channels by address or glob, in the order asked. */
export function findChannels(core: RuntimeCore, terms: readonly string[]): readonly ChannelDescriptor[] {
  const { image } = requireProgram(core);
  return selectChannels(
    image,
    terms.map((term) => (isGlob(term) ? addressGlob(term) : canonicalAddress(term.trim()))),
  );
}

export function readChannel(channel: ChannelDescriptor, reader: VariableReader): ChannelReading {
  return { channel, reading: reader.readOne(reader.resolve(channel.path)) };
}
