import type { Columns } from '../../../proto/plcemu/v1/value_pb.js';
import type { Layout, LayoutVariable } from '../../../proto/plcemu/v1/stream_pb.js';

/** A value as columns carry it: 64-bit integers, times and dates (nanoseconds) are bigint. */
export type ColumnValue = boolean | number | bigint | string;

export interface Change {
  readonly path: string;
  readonly value: ColumnValue;
  /** IEC type name. */
  readonly type: string;
  /** Direct address, where the variable is a channel. */
  readonly address?: string;
}

/** A message that does not follow from those before it: the connection is dropped, and the cursor opens another. */
export class BrokenStream extends Error {}

/** Layouts of one stream, by runtime. */
export interface LayoutBook {
  /** Takes a layout or a piece of one; a new version replaces the former. */
  add(layout: Layout): void;
  /** Names the values of columns. BrokenStream where an id was never announced. */
  resolve(runtime: string, version: number, columns: Columns): Change[];
  /** The path of an id. */
  pathOf(runtime: string, version: number, id: number): string;
}

interface Known {
  readonly version: number;
  readonly variables: Map<number, LayoutVariable>;
}

export function createLayoutBook(): LayoutBook {
  const byRuntime = new Map<string, Known>();
  const find = (runtime: string, version: number): Known | undefined => {
    const known = byRuntime.get(runtime);
    return known?.version === version ? known : undefined;
  };
  const variableOf = (known: Known | undefined, id: number): LayoutVariable => {
    const variable = known?.variables.get(id);
    if (!variable) throw new BrokenStream(`the stream speaks of variable ${id}, which its layout does not name`);
    return variable;
  };
  return {
    add(layout) {
      let known = byRuntime.get(layout.runtime);
      if (known?.version !== layout.version) {
        known = { version: layout.version, variables: new Map() };
        byRuntime.set(layout.runtime, known);
      }
      for (const variable of layout.variables) known.variables.set(variable.id, variable);
    },
    resolve(runtime, version, columns) {
      const known = find(runtime, version);
      const changes: Change[] = [];
      const add = (id: number, value: ColumnValue): void => {
        const { path, type, address } = variableOf(known, id);
        changes.push(address === '' ? { path, value, type } : { path, value, type, address });
      };
      for (const id of columns.trueIds) add(id, true);
      for (const id of columns.falseIds) add(id, false);
      columns.intIds.forEach((id, i) => add(id, columns.intValues[i]!));
      columns.uintIds.forEach((id, i) => add(id, columns.uintValues[i]!));
      columns.longIds.forEach((id, i) => add(id, columns.longValues[i]!));
      columns.ulongIds.forEach((id, i) => add(id, columns.ulongValues[i]!));
      columns.realIds.forEach((id, i) => add(id, columns.realValues[i]!));
      columns.lrealIds.forEach((id, i) => add(id, columns.lrealValues[i]!));
      columns.textIds.forEach((id, i) => add(id, columns.textValues[i]!));
      return changes;
    },
    pathOf: (runtime, version, id) => variableOf(find(runtime, version), id).path,
  };
}
