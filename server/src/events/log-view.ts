import type { Epoch } from '../model/cursor.js';
import type { EventClass } from '../model/event.js';
import type { Timers } from '../model/timers.js';
import type { ClassRing } from './class-ring.js';
import type { BoolBits, ChangeMerger } from './coalesce.js';
import type { EffectiveLimits } from './subscription.js';

/** What the fan-out and its watches see of the log. */
export interface LogView {
  readonly epoch: Epoch;
  /** Milliseconds on the monotonic clock. */
  nowMs(): number;
  readonly timers: Timers;
  readonly limits: Omit<EffectiveLimits, 'delivery' | 'minIntervalMs'>;
  readonly maxTotalBytes: number;
  readonly merger: ChangeMerger;
  boolBits(runtime: string, layout: number): BoolBits;
  /** Newest visible sequence: never in the middle of a group. */
  head(): bigint;
  /** Newest number given, visible or not. */
  assigned(): bigint;
  floors(): Readonly<Record<EventClass, bigint>>;
  ring(eventClass: EventClass): ClassRing;
  cursorBytes(sequence: bigint): Uint8Array;
}

/** Layout of each runtime's memory, by name of the runtime. */
export type Layouts = ReadonlyMap<string, number>;
