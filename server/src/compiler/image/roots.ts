import { foldName } from '../../model/identifier.js';
import type { ChannelDescriptor, VariableRoot } from '../../model/program-image.js';
import type { Compilation } from '../check/compilation.js';
import type { VariableSymbol } from '../check/symbols.js';
import { elementaryTypes as e } from '../check/types.js';
import type { MemoryPlan } from './allocate-memory.js';
import type { ResolvedPath } from './configuration-path.js';
import type { PlannedInstance } from './instance-plan.js';
import type { ProcessImage } from './process-image.js';
import { sectionOf, type TypeTable } from './type-table.js';

/** Name of the hidden variable at an address that only code mentions: `__QW4` for `%QW4`. */
const directName = (text: string): string => `__${text.slice(1).replaceAll('.', '_')}`;

/** Addresses that no variable is declared at. */
function undeclared(image: ProcessImage, channels: readonly ChannelDescriptor[]): ChannelDescriptor[] {
  return channels.filter(
    (channel) => image.requested.has(channel.address) && channel.path === directName(channel.address),
  );
}

/** The roots of the variable tree: globals, program instances, statics of functions, access paths, addresses in code. */
export function listRoots(
  c: Compilation,
  plan: readonly PlannedInstance[],
  memory: MemoryPlan,
  types: TypeTable,
  access: readonly { readonly name: string; readonly to: ResolvedPath }[],
  image: ProcessImage,
  channels: readonly ChannelDescriptor[],
): VariableRoot[] {
  const roots: VariableRoot[] = [];
  for (const variable of memory.fixed) {
    const root = rootOf(c, variable, types);
    if (root) roots.push(root);
  }
  for (const one of plan) {
    const address = memory.instances.get(one)!;
    const aliases = one.resource === '' ? [] : [`${one.resource}.${one.name}`];
    roots.push({
      path: one.name,
      aliases,
      type: types.idOf(one.block.type),
      address,
      section: 'global',
      ...(one.retain && { retain: true as const }),
    });
  }
  for (const { name, to } of access) {
    if (to.type.kind === 'void') continue;
    roots.push({
      path: name,
      aliases: [],
      type: types.idOf(to.type),
      address: to.address,
      ...(to.bit !== undefined && { bit: to.bit }),
      section: 'global',
      hidden: true,
    });
  }
  for (const { address, path, type, byteAddress, bit } of undeclared(image, channels)) {
    roots.push({
      path,
      aliases: [],
      type,
      address: byteAddress,
      ...(bit !== undefined && { bit }),
      section: 'global',
      hidden: true,
      location: address,
    });
  }
  return roots;
}

function rootOf(c: Compilation, variable: VariableSymbol, types: TypeTable): VariableRoot | undefined {
  const { storage, owner } = variable;
  if (storage.kind !== 'absolute') return undefined;
  // Members of blocks are found through their instances.
  if (owner?.kind === 'block') return undefined;
  const prefix = [
    ...variable.scope.namespace,
    ...(owner ? [owner.name] : variable.list !== undefined ? [variable.list] : []),
  ];
  const path = [...prefix, variable.name].join('.');
  const bare =
    !owner &&
    variable.list !== undefined &&
    c.table.globals.get([...variable.scope.namespace, variable.key].join('.')) === variable;
  return {
    path: bare && isConfigurationList(c, variable) ? variable.name : path,
    aliases: bare ? [isConfigurationList(c, variable) ? path : variable.name] : [],
    type: types.idOf(variable.type),
    address: storage.address,
    ...(storage.bit !== undefined && { bit: storage.bit }),
    section: owner ? 'static' : sectionOf(variable),
    ...(variable.constant && { constant: true as const }),
    ...(variable.retain && { retain: true as const }),
    ...((variable.hidden || owner) && { hidden: true as const }),
    ...(variable.location && variable.location.path.length > 0 && { location: variable.location.text }),
  };
}

/** Globals of a configuration or resource go by their own name first. */
const isConfigurationList = (c: Compilation, variable: VariableSymbol): boolean =>
  variable.list !== undefined && c.configurationNames.has(foldName(variable.list));

const directions = { I: 'input', Q: 'output', M: 'marker' } as const;
const directTypes = { X: e.BOOL, B: e.BYTE, W: e.WORD, D: e.DWORD, L: e.LWORD } as const;

/** Every located variable as a channel; addresses that only code mentions get a hidden variable. */
export function listChannels(
  memory: MemoryPlan,
  plan: readonly PlannedInstance[],
  image: ProcessImage,
  types: TypeTable,
  bound: readonly { readonly text: string; readonly to: ResolvedPath }[],
): ChannelDescriptor[] {
  const channels = new Map<string, ChannelDescriptor>();
  const add = (text: string, path: string, type: number): void => {
    const node = image.requested.get(text);
    const found = node && image.find(node);
    if (!node || !found || channels.has(text)) return;
    channels.set(text, {
      address: text,
      direction: directions[node.area],
      path,
      type,
      byteAddress: found.address,
      ...(found.bit !== undefined && { bit: found.bit }),
    });
  };
  for (const variable of memory.fixed) {
    if (!variable.location || variable.location.path.length === 0) continue;
    const { owner } = variable;
    const instance = owner?.kind === 'block' ? plan.find((one) => one.block === owner) : undefined;
    const prefix =
      owner?.kind === 'block' ? [instance?.name ?? owner.name] : variable.list !== undefined ? [variable.list] : [];
    add(
      variable.location.text,
      [...variable.scope.namespace, ...prefix, variable.name].join('.'),
      types.idOf(variable.type),
    );
  }
  for (const { text, to } of bound) add(text, to.text, types.idOf(to.type));
  for (const [text, node] of image.requested) add(text, directName(text), types.idOf(directTypes[node.size]));
  return [...channels.values()];
}
