import { createBatchBuilder, type BatchBuilder } from './batch-builder.js';
import type { BoolBits } from './coalesce.js';
import type { StoredEvent } from './stored-event.js';
import { visitInOrder } from './class-ring.js';
import type { CompiledFilter } from './compiled-filter.js';
import type { Layouts, LogView } from './log-view.js';
import type { EventBatch } from './subscription.js';

/** What a reader that is not live reads next. */
export interface Refill {
  readonly batches: readonly EventBatch[];
  /** Up to where the batches speak; where nothing was selected, up to where the log was read. */
  readonly sequence: bigint;
  /** The next event is of this runtime, and its words are of a layout that the reader does not know. */
  readonly layoutChange?: string;
}

export interface RefillRequest {
  readonly after: bigint;
  /** The end of a group. */
  readonly upTo: bigint;
  readonly coalesce: boolean;
  /** The layouts that the reader knows; undefined: words are left out altogether. */
  readonly layouts: Layouts | undefined;
  /** Collects what is found, in place of batches. */
  readonly into?: BatchBuilder;
}

/** About one message at a time without merging; with it, as many words as are merged in a few milliseconds. */
const exactBytes = 256 * 1024;
const coalesceWords = 200_000;

/** Reads the kept events of a filter's classes from the log. Ends after a group, never inside one. */
export function refill(log: LogView, filter: CompiledFilter, request: RefillRequest): Refill {
  const { after, upTo, coalesce, layouts } = request;
  const builder = request.into ?? createLogBuilder(log, filter, false);
  const rings = filter.classes.map((c) => log.ring(c));
  const seen = new Map<string, number>();
  let merged = 0;
  let exact = 0;
  let done = after;
  let stopped = false;
  let layoutChange: string | undefined;

  visitInOrder(rings, after, upTo, (event) => {
    // `done` is the end of the group before: stopping here stops between two groups.
    const full = coalesce ? merged > coalesceWords || builder.sizeBytes() > exactBytes : exact > exactBytes;
    if (event.groupStart > done && full) {
      stopped = true;
      return false;
    }
    const { words } = event;
    if (words && layouts && filter.watchesWords && filter.watchesRuntime(words.runtime)) {
      const known = seen.get(words.runtime) ?? layouts.get(words.runtime);
      if (known !== undefined && known !== words.layout) {
        layoutChange = words.runtime;
        stopped = true;
        return false;
      }
      seen.set(words.runtime, words.layout);
    }
    const changed = changedWords(event);
    if ((changed === undefined || layouts) && builder.add(event)) {
      merged += changed ?? 0;
      exact += event.sizeBytes;
    }
    done = event.groupEnd;
    return true;
  });
  const sequence = stopped ? done : upTo;
  return {
    batches: request.into ? [] : builder.finish(after, sequence, coalesce),
    sequence,
    ...(layoutChange !== undefined && { layoutChange }),
  };
}

export function createLogBuilder(log: LogView, filter: CompiledFilter, isMerging: boolean): BatchBuilder {
  const boolBits = (runtime: string, layout: number): BoolBits => log.boolBits(runtime, layout);
  return createBatchBuilder(filter, log.limits.maxMessageBytes, log.merger, boolBits, isMerging);
}

function changedWords({ payload }: StoredEvent): number | undefined {
  return payload.kind === 'scan' || payload.kind === 'io' || payload.kind === 'values'
    ? payload.changes.index.length
    : undefined;
}
