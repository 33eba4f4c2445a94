import type { Compilation } from '../check/compilation.js';
import { checkSize } from '../check/rule-location.js';
import type { Type } from '../check/types.js';
import { resolveType } from '../check/resolve-type.js';
import { sameType, typeName } from '../check/type-name.js';
import type { Lowering } from '../lower/lowering.js';
import type { ConfiguredLocation } from '../lower/lower-entry.js';
import { writeInitial } from '../lower/initial-bytes.js';
import type { Expression, SourceUnit } from '../syntax/ast.js';
import { resolvePath, type PathContext, type ResolvedPath } from './configuration-path.js';
import { globalScope, type PlannedInstance } from './instance-plan.js';
import type { BlockSymbol } from '../check/symbols.js';
import { blockOfType } from '../lower/type-symbol.js';
import { writeBit } from './initial-memory.js';

/** What VAR_CONFIG and VAR_ACCESS say. */
export interface Configured {
  readonly locations: readonly (ConfiguredLocation & { readonly instance: PlannedInstance })[];
  /** Addresses that belong to variables of instances, as channels. */
  readonly channels: readonly { readonly text: string; readonly to: ResolvedPath }[];
  readonly access: readonly { readonly name: string; readonly to: ResolvedPath }[];
  writeInitial(bytes: Uint8Array): void;
}

/** E7008, E7004, E7001: resolves VAR_CONFIG and VAR_ACCESS of all configurations. IEC 61131-3:2013, 6.8.1. */
export function resolveConfiguration(c: Lowering, units: readonly SourceUnit[], context: PathContext): Configured {
  const locations: (ConfiguredLocation & { instance: PlannedInstance })[] = [];
  const channels: { text: string; to: ResolvedPath }[] = [];
  const access: { name: string; to: ResolvedPath }[] = [];
  const initials: ((bytes: Uint8Array) => void)[] = [];
  const configured = new Set<string>();
  for (const unit of units) {
    for (const d of unit.declarations) {
      if (d.kind !== 'configuration') continue;
      for (const one of d.configVariables) {
        const to = resolvePath(c, one.path, context);
        if (!to?.variable) continue;
        const type = resolveType(c, one.type, globalScope).type;
        if (!sameType(type, to.type)) {
          c.problems.report('E7008', one.span, `'${to.text}' is a ${typeName(to.type)}, not a ${typeName(type)}.`);
          continue;
        }
        const declared = to.variable.location;
        const { location } = one;
        // What follows from a wrong address is no finding of its own.
        if (location) configured.add(`${to.address}`);
        if (location) {
          if (declared && declared.path.length > 0) {
            c.problems.report(
              'E7008',
              one.span,
              `'${to.text}' has the address ${declared.text} already, so it can't get one here.`,
            );
            continue;
          }
          // Without AT in its declaration the variable may still get an address: it is copied like the others.
          if (declared && declared.area !== location.area) {
            c.problems.report(
              'E7008',
              one.span,
              `'${to.text}' is declared at ${declared.text} and can't be at ${location.text}; the areas differ.`,
            );
            continue;
          }
          checkSize(c, to.type, location, one.span);
          const place = context.image.find(location);
          if (place && to.instance) {
            locations.push({ type: to.type, offset: to.offset!, area: location.area, instance: to.instance, ...place });
            channels.push({ text: location.text, to });
          }
        }
        if (one.initial) {
          checkInitial(c, one.initial, to.type);
          const initial = { expression: one.initial, scope: globalScope };
          initials.push((bytes) => {
            if (to.bit === undefined) writeInitial(c, to.type, initial, to.address, { bytes, place: () => 0 });
            else writeBit(c, to.type, initial, to.address, to.bit, bytes);
          });
        }
      }
      for (const one of d.accessPaths) {
        const to = resolvePath(c, one.path, context);
        if (to) access.push({ name: one.name, to });
      }
    }
  }
  checkConfigured(c, context, configured);
  return {
    locations,
    channels,
    access,
    writeInitial(bytes) {
      for (const one of initials) one(bytes);
    },
  };
}

/** The initial value of a simple variable is constant and of its type; lists are checked where they are written. */
function checkInitial(c: Lowering, initial: Expression, type: Type): void {
  if (initial.kind !== 'arrayInit' && initial.kind !== 'structInit') c.evaluate(initial, globalScope, type);
}

/**
 * E7001: in `iec` and `matiec` every %I*, %Q*, %M* of an instance needs its VAR_CONFIG. Elsewhere the variable is a cell of its own;
 * so it is in what a tool exported, for there the tool's own configuration connects it (W7001).
 */
function checkConfigured(c: Compilation, context: PathContext, configured: ReadonlySet<string>): void {
  if (c.profile.name !== 'iec' && c.profile.name !== 'matiec') return;
  // Most blocks have no such variable in them, and instances may be many.
  const incomplete = new Map<BlockSymbol, boolean>();
  const isIncomplete = (block: BlockSymbol): boolean => {
    let known = incomplete.get(block);
    if (known !== undefined) return known;
    known = false;
    for (let b: BlockSymbol | undefined = block; b && !known; b = b.base) {
      for (const { location, type } of b.variables.values()) {
        const inner = blockOfType(type);
        known ||= location?.path.length === 0 || (inner !== undefined && !inner.standard && isIncomplete(inner));
      }
    }
    incomplete.set(block, known);
    return known;
  };
  const visit = (block: BlockSymbol, address: number, path: string): void => {
    if (!isIncomplete(block)) return;
    for (let b: BlockSymbol | undefined = block; b; b = b.base) {
      for (const variable of b.variables.values()) {
        if (variable.storage.kind !== 'instance') continue;
        const at = address + variable.storage.offset;
        if (variable.location?.path.length === 0 && variable.section === 'VAR' && !configured.has(`${at}`)) {
          c.problems.report(
            c.exportedBy ? 'W7001' : 'E7001',
            variable.span,
            `'${path}.${variable.name}' is at ${variable.location.text} and gets no address from VAR_CONFIG; write a complete address, or configure it.`,
          );
        }
        const inner = blockOfType(variable.type);
        if (inner && !inner.standard) visit(inner, at, `${path}.${variable.name}`);
      }
    }
  };
  for (const one of context.plan) visit(one.block, context.memory.instances.get(one)!, one.name);
}
