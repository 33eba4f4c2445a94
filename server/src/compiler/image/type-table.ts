import type { Member, TypeDescriptor, TypeId, VariableSection } from '../../model/data-type.js';
import { tempsInInstance } from '../check/block-layout.js';
import type { BlockSymbol, VariableSymbol } from '../check/symbols.js';
import { typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import type { Type } from '../check/types.js';
import { blockOfType } from '../lower/type-symbol.js';

/** Turns the checker's types into the image's table; equal types share an entry. */
export interface TypeTable {
  idOf(type: Type): TypeId;
  readonly types: readonly TypeDescriptor[];
}

const sections: Readonly<Record<VariableSymbol['section'], VariableSection>> = {
  VAR: 'local',
  VAR_INPUT: 'input',
  VAR_OUTPUT: 'output',
  VAR_IN_OUT: 'in_out',
  VAR_TEMP: 'temp',
  VAR_STAT: 'static',
  VAR_GLOBAL: 'global',
  VAR_EXTERNAL: 'external',
  VAR_INST: 'local',
  RESULT: 'local',
  LET: 'temp',
};

export const sectionOf = (variable: VariableSymbol): VariableSection => sections[variable.section];

export function createTypeTable(): TypeTable {
  const types: TypeDescriptor[] = [];
  const byObject = new Map<Type, TypeId>();
  const byText = new Map<string, TypeId>();
  const add = (descriptor: TypeDescriptor, text?: string): TypeId => {
    if (text !== undefined) {
      const known = byText.get(text);
      if (known !== undefined) return known;
      byText.set(text, types.length);
    }
    types.push(descriptor);
    return types.length - 1;
  };

  const idOf = (type: Type): TypeId => {
    let id = byObject.get(type);
    if (id === undefined) {
      id = describe(type);
      byObject.set(type, id);
    }
    return id;
  };

  const describe = (type: Type): TypeId => {
    switch (type.kind) {
      case 'elementary':
        return add({ kind: 'elementary', name: type.name, size: type.size }, type.name);
      case 'string':
        return add({ kind: 'string', wide: type.wide, length: type.capacity, size: type.size }, typeName(type));
      case 'enum':
        return add({
          kind: 'enum',
          name: type.name,
          base: type.base.name,
          size: type.base.size,
          values: [...type.values.values()].map(({ name, value }) => ({ name, value })),
        });
      case 'subrange':
        return add({
          kind: 'subrange',
          name: type.name,
          base: type.base.name,
          size: type.base.size,
          low: type.low,
          high: type.high,
        });
      case 'array': {
        const element = idOf(type.element);
        return add({
          kind: 'array',
          bounds: type.bounds.map((b) => [b.low, b.high] as const),
          element,
          elementSize: sizeOf(type.element),
          size: type.size,
        });
      }
      case 'struct': {
        const members = [...type.fields.values()].map((field): Member => ({
          name: field.name,
          type: idOf(field.type),
          offset: field.offset,
          ...(field.bit !== undefined && { bit: field.bit }),
          section: 'member',
        }));
        return add({
          kind: 'struct',
          form: type.union ? 'union' : 'struct',
          name: type.name,
          size: type.size,
          members,
        });
      }
      case 'instance':
        return describeInstance(type);
      case 'pointer':
        return add(
          {
            kind: 'pointer',
            form: type.form === 'reference' ? 'reference' : 'pointer',
            target: typeName(type.target),
            size: 4,
          },
          typeName(type),
        );
      case 'interface':
        return add({ kind: 'pointer', form: 'interface', target: type.name, size: 4 }, `interface ${type.name}`);
      default:
        return add({ kind: 'elementary', name: 'BYTE', size: 1 }, 'BYTE');
    }
  };

  const describeInstance = (type: Type & { kind: 'instance' }): TypeId => {
    const block = blockOfType(type);
    const size = type.size;
    const members = block ? membersOf(block) : [];
    return add({ kind: 'struct', form: block?.pouKind ?? 'function_block', name: type.name, size, members });
  };

  const membersOf = (block: BlockSymbol): Member[] => {
    const own = [...block.variables.values()].flatMap((variable) => memberOf(block, variable));
    return [...(block.base ? membersOf(block.base) : []), ...own];
  };

  const memberOf = (block: BlockSymbol, variable: VariableSymbol): Member[] => {
    const symbol = variable.section === 'VAR_EXTERNAL' ? (variable.target ?? variable) : variable;
    const { type, storage } = symbol;
    if (type.kind === 'error' || (type.kind === 'array' && type.dynamic)) return [];
    if (variable.section === 'VAR_TEMP' && !tempsInInstance(block)) return [];
    if (storage.kind === 'unplaced') return [];
    const common = {
      name: variable.name,
      type: idOf(type),
      section: sectionOf(variable),
      ...(variable.constant && { constant: true as const }),
      ...(variable.retain && { retain: true as const }),
      ...(variable.hidden && { hidden: true as const }),
    };
    if (storage.kind === 'absolute')
      return [
        { ...common, offset: storage.address, absolute: true, ...(storage.bit !== undefined && { bit: storage.bit }) },
      ];
    return [{ ...common, offset: storage.offset, ...(storage.kind === 'indirect' && { indirect: true as const }) }];
  };

  return { idOf, types };
}
