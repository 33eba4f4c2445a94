import { HostError } from '../model/host-error.js';
import type { ChannelDescriptor, ProgramImage } from '../model/program-image.js';

/** The channels of a program in order of direction and place; each address once. */
export function channelsOf(image: ProgramImage): readonly ChannelDescriptor[] {
  const known = lists.get(image);
  if (known) return known;
  const byAddress = new Map<string, ChannelDescriptor>();
  for (const channel of image.channels) if (!byAddress.has(channel.address)) byAddress.set(channel.address, channel);
  const order = { input: 0, output: 1, marker: 2 } as const;
  const list = [...byAddress.values()].sort(
    (a, b) =>
      order[a.direction] - order[b.direction] ||
      a.byteAddress - b.byteAddress ||
      (a.bit ?? 0) - (b.bit ?? 0) ||
      (a.address < b.address ? -1 : 1),
  );
  lists.set(image, list);
  return list;
}

const lists = new WeakMap<ProgramImage, readonly ChannelDescriptor[]>();

/**
 * The channels that addresses (canonical) and tests of globs name, in the order asked; all without any. CHANNEL_NOT_FOUND for an
 * address that the program does not have; a glob may match none.
 */
export function selectChannels(
  image: ProgramImage,
  terms: readonly (string | ((address: string) => boolean))[],
): readonly ChannelDescriptor[] {
  const all = channelsOf(image);
  if (terms.length === 0) return all;
  return terms.flatMap((term) => {
    if (typeof term === 'function') return all.filter((channel) => term(channel.address));
    const found = all.find((channel) => channel.address === term);
    if (found) return [found];
    const near = all
      .slice(0, 8)
      .map((c) => c.address)
      .join(', ');
    throw new HostError(
      'CHANNEL_NOT_FOUND',
      `There is no channel '${term.slice(0, 80)}'; there are ${near === '' ? 'none' : near}.`,
      { address: term.slice(0, 80) },
    );
  });
}
