import { foldName } from '../../model/identifier.js';
import type { BlockSymbol, CallableSymbol } from '../check/symbols.js';
import type { Origin } from '../lower/lowering-recorder.js';
import type { BodyOrigin } from '../lower/lowering-memory.js';
import { placesOf } from '../lower/pou-places.js';
import type { Profile } from '../profile.js';
import type { PouDeclaration, SourceUnit } from '../syntax/ast.js';
import type { MemoryPlan } from './allocate-memory.js';
import { createDigest } from './digest.js';
import type { PlannedInstance } from './instance-plan.js';
import { feed, pouDigest } from './structure-digest.js';

/**
 * Digest of all that lowering a body hangs on besides the body: the profile, every declaration without the bodies, and where
 * everything lies.
 */
export function surroundingsDigest(
  profile: Profile,
  units: readonly SourceUnit[],
  plan: readonly PlannedInstance[],
  memory: MemoryPlan,
): string {
  const digest = createDigest();
  feed(digest, profile);
  for (const unit of units) feed(digest, unit.declarations, 'body');
  for (const { start, size } of [memory.inputs, memory.outputs, memory.markers, memory.retain, memory.variables])
    digest.text(`${start}+${size}`);
  digest.text(String(memory.end));
  for (const one of plan) digest.text(`${one.name}:${one.block.irName}@${memory.instances.get(one) ?? 0}`);
  for (const { name, storage } of memory.fixed)
    digest.text(`${name}@${storage.kind === 'absolute' ? `${storage.address}.${storage.bit ?? ''}` : ''}`);
  return digest.hex();
}

/** Finds the POU that a function is lowered from, with its digest. Bodies must be statements: what a diagram means may hang on positions. */
export function createOrigins(units: readonly SourceUnit[]): (symbol: CallableSymbol | BlockSymbol) => Origin {
  const functions = new Map<string, PouDeclaration>();
  for (const unit of units)
    for (const d of unit.declarations)
      if (d.kind === 'pou' && d.pouKind === 'function') functions.set(foldName([...d.namespace, d.name].join('.')), d);
  const known = new Map<PouDeclaration, BodyOrigin>();
  return (symbol) => {
    if (symbol.standard) return 'library';
    const owner = symbol.kind === 'block' ? symbol : symbol.owner;
    const declaration = owner ? owner.declaration : functions.get(foldName(symbol.irName));
    if (!declaration) return undefined;
    let origin = known.get(declaration);
    if (!origin) {
      origin = { digest: pouDigest(declaration), places: placesOf(declaration) };
      known.set(declaration, origin);
    }
    return origin;
  };
}
