import type { MemoryMove, ScalarType } from '../engine/engine.js';
import type { ElementaryName, TypeDescriptor, TypeId } from '../model/data-type.js';
import { foldName } from '../model/identifier.js';
import type { ProgramImage } from '../model/program-image.js';
import { typeName } from './value-codec.js';

/** One line of the plan: a variable that differs, or (where `kept` is asked for) one that stays. */
export interface ReloadStep {
  readonly path: string;
  readonly action: 'kept' | 'converted' | 'reinitialised' | 'dropped';
  readonly oldType?: string;
  readonly newType?: string;
  readonly reason: string;
}

export interface ReloadPlan {
  readonly moves: readonly MemoryMove[];
  readonly steps: readonly ReloadStep[];
}

/** Steps beyond this number are not listed; their moves are made all the same. */
export const mostReloadSteps = 10_000;

interface Place {
  readonly image: ProgramImage;
  readonly type: TypeId;
  readonly address: number;
  readonly bit?: number;
  readonly indirect?: true;
}

/**
 * Compares the variables of two images by path and type, and says for each what an online change does to its value:
 * the same type is kept, a number that the new type holds is converted, everything else starts at its initial value.
 * Function-block instances are compared member by member, so timers and counters keep counting. What the compiler made for
 * itself (SFC states, edges) is carried along with its instance.
 */
export function planReload(before: ProgramImage, after: ProgramImage): ReloadPlan {
  const plan = createPlan();
  const old = new Map(before.roots.map((root) => [foldName(root.path), root]));
  for (const root of after.roots) {
    const was = old.get(foldName(root.path));
    old.delete(foldName(root.path));
    const place: Place = {
      image: after,
      type: root.type,
      address: root.address,
      ...(root.bit !== undefined && { bit: root.bit }),
    };
    if (!was) {
      plan.step(
        { path: root.path, action: 'reinitialised', newType: typeName(after.types, root.type), reason: 'it is new' },
        root.hidden,
      );
      continue;
    }
    if (root.constant) continue;
    const from: Place = {
      image: before,
      type: was.type,
      address: was.address,
      ...(was.bit !== undefined && { bit: was.bit }),
    };
    carry(root.path, from, place, plan, root.hidden === true);
  }
  for (const root of old.values()) {
    plan.step(
      {
        path: root.path,
        action: 'dropped',
        oldType: typeName(before.types, root.type),
        reason: 'it is no longer declared',
      },
      root.hidden,
    );
  }
  return { moves: merged(plan.moves), steps: plan.steps };
}

interface PlanMaker {
  readonly moves: MemoryMove[];
  readonly steps: ReloadStep[];
  step(step: ReloadStep, hidden?: boolean): void;
}

function createPlan(): PlanMaker {
  const moves: MemoryMove[] = [];
  const steps: ReloadStep[] = [];
  return {
    moves,
    steps,
    step: (step, hidden) => {
      if (!hidden && steps.length < mostReloadSteps) steps.push(step);
    },
  };
}

function carry(path: string, from: Place, to: Place, plan: PlanMaker, hidden: boolean): void {
  const a = from.image.types[from.type]!;
  const b = to.image.types[to.type]!;
  const types = { oldType: typeName(from.image.types, from.type), newType: typeName(to.image.types, to.type) };
  if (from.indirect || to.indirect || b.kind === 'pointer' || a.kind === 'pointer') {
    // An address means nothing in the new memory; the program sets it again. The objects of __NEW are gone with the old one.
    const reason = from.image.memory.heap
      ? 'a reference is set anew by the program; objects of __NEW end with a change'
      : 'a reference is set anew by the program';
    if (!to.indirect) plan.step({ path, action: 'reinitialised', ...types, reason }, hidden);
    return;
  }
  if (a.kind === 'struct' && b.kind === 'struct') {
    carryMembers(path, { from, a }, { to, b }, plan, hidden);
    return;
  }
  if (a.kind === 'array' && b.kind === 'array') {
    carryElements(path, { from, a }, { to, b }, plan, hidden);
    return;
  }
  if (a.kind === 'string' && b.kind === 'string' && a.wide === b.wide) {
    const size = Math.min(a.size, b.size);
    // A shorter variable takes what fits; its last unit stays NUL.
    const unit = a.wide ? 2 : 1;
    plan.moves.push({
      kind: 'bytes',
      from: from.address,
      to: to.address,
      size: a.size === b.size ? size : size - unit,
    });
    plan.step(
      {
        path,
        action: a.size === b.size ? 'kept' : 'converted',
        ...types,
        reason: a.size === b.size ? 'same type' : 'the length differs',
      },
      hidden,
    );
    return;
  }
  const scalarFrom = scalarOf(a);
  const scalarTo = scalarOf(b);
  if (!scalarFrom || !scalarTo) {
    plan.step({ path, action: 'reinitialised', ...types, reason: 'the kinds of the types differ' }, hidden);
    return;
  }
  carryScalar(path, from, to, { a, b, scalarFrom, scalarTo, types }, plan, hidden);
}

function carryScalar(
  path: string,
  from: Place,
  to: Place,
  kinds: {
    a: TypeDescriptor;
    b: TypeDescriptor;
    scalarFrom: ScalarType;
    scalarTo: ScalarType;
    types: { oldType: string; newType: string };
  },
  plan: PlanMaker,
  hidden: boolean,
): void {
  const { a, b, scalarFrom, scalarTo, types } = kinds;
  if (scalarFrom === 'bool' && scalarTo === 'bool') {
    plan.moves.push({
      kind: 'bool',
      from: from.address,
      to: to.address,
      ...(from.bit !== undefined && { fromBit: from.bit }),
      ...(to.bit !== undefined && { toBit: to.bit }),
    });
    plan.step({ path, action: 'kept', ...types, reason: 'same type' }, hidden);
    return;
  }
  if (sameScalar(a, b)) {
    plan.moves.push({ kind: 'bytes', from: from.address, to: to.address, size: b.size });
    plan.step({ path, action: 'kept', ...types, reason: 'same type' }, hidden);
    return;
  }
  const time = (t: TypeDescriptor): boolean => t.kind === 'elementary' && /^L?(TIME|DATE|TOD|DT)$/.test(t.name);
  if (
    scalarFrom === 'bool' ||
    scalarTo === 'bool' ||
    time(a) !== time(b) ||
    a.kind === 'enum' ||
    b.kind === 'enum' ||
    b.kind === 'subrange'
  ) {
    plan.step({ path, action: 'reinitialised', ...types, reason: 'the new type may not hold the old value' }, hidden);
    return;
  }
  plan.moves.push({ kind: 'convert', from: from.address, fromType: scalarFrom, to: to.address, toType: scalarTo });
  plan.step(
    { path, action: 'converted', ...types, reason: 'a number of another type; values outside its range saturate' },
    hidden,
  );
}

/** Same meaning of the bytes: names of types may differ where the base and the range do not. */
function sameScalar(a: TypeDescriptor, b: TypeDescriptor): boolean {
  const base = (t: TypeDescriptor): ElementaryName | undefined =>
    t.kind === 'elementary' ? t.name : t.kind === 'enum' || t.kind === 'subrange' ? t.base : undefined;
  if (base(a) !== base(b)) return false;
  if (b.kind === 'enum')
    return (
      a.kind === 'enum' &&
      a.values.every((v) => b.values.some((w) => w.value === v.value && foldName(w.name) === foldName(v.name)))
    );
  if (b.kind === 'subrange') return a.kind === 'subrange' && a.low >= b.low && a.high <= b.high;
  return a.kind !== 'enum';
}

function scalarOf(type: TypeDescriptor): ScalarType | undefined {
  const name =
    type.kind === 'elementary' ? type.name : type.kind === 'enum' || type.kind === 'subrange' ? type.base : undefined;
  return name && scalars[name];
}

const scalars: Readonly<Record<ElementaryName, ScalarType>> = {
  BOOL: 'bool', BYTE: 'u8', WORD: 'u16', DWORD: 'u32', LWORD: 'u64',
  SINT: 'i8', INT: 'i16', DINT: 'i32', LINT: 'i64', USINT: 'u8', UINT: 'u16', UDINT: 'u32', ULINT: 'u64',
  REAL: 'f32', LREAL: 'f64', TIME: 'i64', LTIME: 'i64', DATE: 'i64', LDATE: 'i64', TOD: 'i64', LTOD: 'i64', DT: 'i64', LDT: 'i64',
  CHAR: 'u8', WCHAR: 'u16',
}; // prettier-ignore

type StructType = Extract<TypeDescriptor, { kind: 'struct' }>;
type ArrayType = Extract<TypeDescriptor, { kind: 'array' }>;

function carryMembers(
  path: string,
  old: { from: Place; a: StructType },
  next: { to: Place; b: StructType },
  plan: PlanMaker,
  hidden: boolean,
): void {
  const { from, a } = old;
  const { to, b } = next;
  const members = new Map(a.members.map((m) => [foldName(m.name), m]));
  for (const member of b.members) {
    const memberPath = `${path}.${member.name}`;
    const was = members.get(foldName(member.name));
    members.delete(foldName(member.name));
    const quiet = hidden || member.hidden === true;
    if (!was) {
      plan.step(
        {
          path: memberPath,
          action: 'reinitialised',
          newType: typeName(to.image.types, member.type),
          reason: 'it is new',
        },
        quiet,
      );
      continue;
    }
    // Constants come with the program.
    if (member.constant) continue;
    const place = (at: Place, m: typeof member): Place => ({
      image: at.image,
      type: m.type,
      address: m.absolute ? m.offset : at.address + m.offset,
      ...(m.bit !== undefined && { bit: m.bit }),
      ...(m.indirect && { indirect: true as const }),
    });
    carry(memberPath, place(from, was), place(to, member), plan, quiet);
  }
  for (const gone of members.values()) {
    plan.step(
      {
        path: `${path}.${gone.name}`,
        action: 'dropped',
        oldType: typeName(from.image.types, gone.type),
        reason: 'it is no longer declared',
      },
      hidden || gone.hidden === true,
    );
  }
}

function carryElements(
  path: string,
  old: { from: Place; a: ArrayType },
  next: { to: Place; b: ArrayType },
  plan: PlanMaker,
  hidden: boolean,
): void {
  const { from, a } = old;
  const { to, b } = next;
  const types = { oldType: typeName(from.image.types, from.type), newType: typeName(to.image.types, to.type) };
  if (a.bounds.length !== b.bounds.length) {
    plan.step({ path, action: 'reinitialised', ...types, reason: 'the number of dimensions differs' }, hidden);
    return;
  }
  const elementA = from.image.types[a.element]!;
  const elementB = to.image.types[b.element]!;
  const sameBounds = a.bounds.every(([low, high], i) => low === b.bounds[i]![0] && high === b.bounds[i]![1]);
  if (sameBounds && scalarOf(elementB) && sameScalar(elementA, elementB)) {
    plan.moves.push({ kind: 'bytes', from: from.address, to: to.address, size: b.size });
    plan.step({ path, action: 'kept', ...types, reason: 'same type' }, hidden);
    return;
  }
  // Element by element: the indices that both have. Each tells only of itself where it is not kept.
  const quietKept: PlanMaker = {
    ...plan,
    step: (step, quiet) => (step.action === 'kept' ? undefined : plan.step(step, quiet)),
  };
  for (const indices of sharedIndices(a.bounds, b.bounds)) {
    const at = (place: Place, type: ArrayType): Place => ({
      image: place.image,
      type: type.element,
      address: place.address + ordinal(type.bounds, indices) * type.elementSize,
    });
    carry(`${path}[${indices.join(',')}]`, at(from, a), at(to, b), quietKept, hidden);
  }
  plan.step(
    {
      path,
      action: sameBounds ? 'kept' : 'converted',
      ...types,
      reason: sameBounds ? 'element by element' : 'the bounds differ; shared elements are kept',
    },
    hidden,
  );
}

function* sharedIndices(a: ArrayType['bounds'], b: ArrayType['bounds']): Generator<readonly number[]> {
  const low = a.map(([l], i) => Math.max(l, b[i]![0]));
  const high = a.map(([, h], i) => Math.min(h, b[i]![1]));
  if (low.some((l, i) => l > high[i]!)) return;
  const at = [...low];
  for (;;) {
    yield [...at];
    let d = at.length - 1;
    while (d >= 0 && at[d] === high[d]) {
      at[d] = low[d]!;
      d -= 1;
    }
    if (d < 0) return;
    at[d]! += 1;
  }
}

function ordinal(bounds: ArrayType['bounds'], indices: readonly number[]): number {
  return bounds.reduce((sum, [low, high], i) => sum * (high - low + 1) + indices[i]! - low, 0);
}

/** Byte moves that lie side by side in both memories become one. */
function merged(moves: readonly MemoryMove[]): MemoryMove[] {
  const result: MemoryMove[] = [];
  for (const move of moves) {
    const last = result.at(-1);
    if (
      last?.kind === 'bytes' &&
      move.kind === 'bytes' &&
      last.from + last.size === move.from &&
      last.to + last.size === move.to
    ) {
      result[result.length - 1] = { ...last, size: last.size + move.size };
    } else result.push(move);
  }
  return result;
}
