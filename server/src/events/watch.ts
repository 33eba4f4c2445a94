import type { EventClass } from '../model/event.js';
import type { BatchBuilder } from './batch-builder.js';
import type { FilterGroup, GroupMember, SharedMessage } from './filter-group.js';
import type { Layouts, LogView } from './log-view.js';
import type { WatchOpening } from './open-watch.js';
import { createLogBuilder, refill } from './refill.js';
import type {
  GoodbyeReason,
  LagReason,
  Opened,
  OpenRequest,
  ResetReason,
  Snapshot,
  SnapshotPart,
  StreamMessage,
  Subscription,
} from './subscription.js';

export interface WatchHost {
  readonly log: LogView;
  /** Layouts as of the head. */
  layouts(): Layouts;
  /** Layouts as they were after an event: what a reader knows that had come so far. */
  layoutsAt(sequence: bigint): Layouts;
  /** Calls back when `sequence` is visible. */
  whenVisible(sequence: bigint, callback: () => void): void;
  /** Counts ticks of the hub's wheel: cheap time for stalls. */
  tick(): number;
  /** It counts no more. */
  ended(watch: Watch): void;
}

/** A watch as the fan-out sees it. */
export interface Watch extends Subscription, GroupMember {
  readonly group: FilterGroup;
  /**
   * Words up to here will soon be kept no longer. A reader that lets them be merged and has not read them takes them into memory, merged:
   * the newest value of each variable, and the edges.
   */
  rescue(eventClass: 'scan' | 'io', upTo: bigint): void;
  /** Memory of what was taken so. */
  heldBytes(): number;
  /** Gives that up; the reader is told that it was too slow. */
  dropHeld(): void;
  /** Ticks since it last took something or had nothing to take. */
  stalledTicks(): number;
}

type Control =
  | Opened
  | SharedMessage
  | {
      readonly kind: 'lagged';
      readonly class: EventClass;
      readonly from: bigint;
      readonly to: bigint;
      readonly skipped?: bigint;
      readonly reason: LagReason;
    }
  | { readonly kind: 'reset'; readonly reason: ResetReason; readonly runtime?: string }
  | {
      readonly kind: 'part';
      readonly part: SnapshotPart;
      readonly at: bigint;
      readonly more: boolean;
      readonly layouts: Layouts;
    }
  | { readonly kind: 'goodbye'; readonly reason: GoodbyeReason; readonly message: string };

type Mode = 'waiting' | 'catching_up' | 'live' | 'lagging' | 'ended';

export function createWatch(
  id: number,
  request: OpenRequest,
  group: FilterGroup,
  host: WatchHost,
  opening: WatchOpening,
): Watch {
  const { log } = host;
  const { filter } = group;
  let mode: Mode = 'catching_up';
  let control: Control[] = [opening.opened];
  /** Everything at or below it has been read; `spoken`: has been said by a message. */
  let position = opening.opened.sequence;
  let spoken = position;
  /** Pieces of a scan were given whose rest is still to come. */
  let midScan = false;
  /** Up to where the log has been read, `position` or above, and the layouts there. */
  let read = position;
  let readLayouts: Layouts = host.layoutsAt(position);
  /** What was read, and is not in messages yet. */
  let held: BatchBuilder | undefined;
  let heldFrom = position;
  /** It was too much; not again before the reader comes. */
  let isGivenUp = false;
  /** After it the words of this runtime are of another layout. */
  let heldLayoutChange: string | undefined;
  let delivery = 0n;
  let index = 0;
  let layouts = readLayouts;
  let knownFloors = opening.knownFloors;
  let activeTick = host.tick();
  let ready: (() => void) | undefined;
  let closed = false;

  if (opening.crash) control.push({ kind: 'lagged', class: 'log', ...opening.crash, reason: 'CRASH' });
  /** The snapshot is taken when its reader comes for it: one that does not read costs none. */
  let wanted = opening.snapshot;
  if (wanted) mode = 'waiting';

  const watch: Watch = {
    id,
    group,
    // No getters: each watch would be of a shape of its own then, and all that is asked of watches would be looked up.
    state: () => {
      if (mode === 'waiting') return 'catching_up';
      return mode === 'live' && index < group.firstIndex() ? 'lagging' : mode;
    },
    liveIndex: () => (mode === 'live' ? index : undefined),
    take: () => {
      activeTick = host.tick();
      isGivenUp = false;
      if (closed) return undefined;
      try {
        for (;;) {
          const message = next();
          if (message === 'again') continue;
          return message;
        }
      } catch (error) {
        watch.encodingFailed(error);
        const goodbye = control.shift();
        return goodbye?.kind === 'goodbye' ? render(goodbye) : undefined;
      }
    },
    onReady: (callback) => {
      ready = callback;
      if (hasPending()) log.timers.soon(() => watch.wake());
    },
    next: () =>
      new Promise((resolve) => {
        const attempt = (): void => {
          const message = watch.take();
          if (message) resolve(message);
          else if (mode === 'ended') resolve(undefined);
          else watch.onReady(attempt);
        };
        attempt();
      }),
    wake: () => {
      if (!ready || !(hasPending() || mode === 'ended')) return;
      const callback = ready;
      ready = undefined;
      try {
        callback();
      } catch (error) {
        // A reader's defect is its own: nobody else's stream suffers.
        end('ENCODING_FAILED', String(error));
      }
    },
    rescue: (eventClass, upTo) => {
      if (filter.delivery !== 'coalesce' || mode === 'waiting' || mode === 'ended') return;
      if (isGivenUp || !filter.classes.includes(eventClass)) return;
      if (mode === 'live') {
        // Who has taken all that is queued gets what came now like everybody.
        if (position >= upTo || index === group.endIndex()) return;
        fallBehind();
        read = position;
        readLayouts = layouts;
      }
      while (read < upTo && heldLayoutChange === undefined) {
        // Events that can't be merged may be too many: then it expires, as others do.
        if ((held?.sizeBytes() ?? 0) > log.limits.maxQueuedBytes) return;
        mode = 'lagging';
        if (!held) {
          held = createLogBuilder(log, filter, true);
          heldFrom = read;
        }
        const end = group.joinAt();
        const found = refill(log, filter, { after: read, upTo: end, coalesce: true, layouts: readLayouts, into: held });
        heldLayoutChange = found.layoutChange;
        if (found.sequence === read) break;
        read = found.sequence;
      }
      if (ready) log.timers.soon(() => watch.wake());
    },
    heldBytes: () => held?.heldBytes() ?? 0,
    dropHeld: () => {
      if (!held) return;
      held = heldLayoutChange = undefined;
      read = heldFrom;
      isGivenUp = true;
    },
    encodingFailed: (error) => end('ENCODING_FAILED', `an event could not be encoded: ${String(error)}`),
    end: (reason, message) => end(reason, message),
    close: () => {
      closed = true;
      control = [];
      ready = undefined;
      leave();
    },
    stalledTicks: () => {
      if (mode === 'ended' || !hasPending()) activeTick = host.tick();
      return host.tick() - activeTick;
    },
  };
  group.join(watch);
  return watch;

  function hasPending(): boolean {
    if (control.length > 0 || (wanted && mode === 'waiting')) return true;
    if (mode === 'live') return index < group.endIndex();
    return (mode === 'catching_up' || mode === 'lagging') && position < group.joinAt();
  }

  function leave(): void {
    if (mode === 'ended') return;
    mode = 'ended';
    held = undefined;
    group.leave(watch);
    host.ended(watch);
  }

  function end(reason: GoodbyeReason, message: string): void {
    if (mode === 'ended') return;
    // An orderly stop takes nothing away from a reader that is keeping up.
    const rest: Control[] = [];
    if (reason === 'SHUTTING_DOWN' && mode === 'live') {
      for (let i = index; i < group.endIndex(); i += 1) {
        const shared = group.message(i);
        if (shared === undefined || shared.kind === 'layout') break;
        rest.push(shared);
      }
    }
    leave();
    control = [...rest, { kind: 'goodbye', reason, message }];
    log.timers.soon(() => watch.wake());
  }

  /** The next message; 'again' where the state has changed and is to be looked at anew. */
  function next(): StreamMessage | 'again' | undefined {
    const first = control.shift();
    if (first) return first.kind === 'layout' ? 'again' : render(first);
    switch (mode) {
      case 'ended':
        return undefined;
      case 'waiting':
        if (wanted) takeSnapshot(opening.reset, undefined);
        wanted = false;
        return undefined;
      case 'live':
        return nextLive();
      case 'catching_up':
      case 'lagging':
        return nextFromLog();
      default:
        return mode satisfies never;
    }
  }

  function nextLive(): StreamMessage | 'again' | undefined {
    if (index < group.firstIndex()) {
      fallBehind();
      return 'again';
    }
    const message = group.message(index);
    if (!message) return undefined;
    index += 1;
    if (message.kind !== 'layout') return render(message);
    setMode('catching_up');
    takeSnapshot('LAYOUT_CHANGED', message.runtime);
    return 'again';
  }

  function fallBehind(): void {
    setMode('lagging');
    // The pieces of a scan whose rest was dropped come again, whole: void what the reader has of it.
    if (midScan)
      control.push({
        kind: 'lagged',
        class: 'scan',
        from: spoken + 1n,
        to: group.joinAt(),
        skipped: 0n,
        reason: 'SLOW_READER',
      });
  }

  function nextFromLog(): StreamMessage | 'again' | undefined {
    if (held) {
      for (const batch of held.finish(position, read, true)) control.push(group.encodeBatch(batch, false));
      if (control.length === 0) position = read;
      held = undefined;
      return 'again';
    }
    if (heldLayoutChange !== undefined) {
      const runtime = heldLayoutChange;
      heldLayoutChange = undefined;
      takeSnapshot('LAYOUT_CHANGED', runtime);
      return 'again';
    }
    const upTo = group.joinAt();
    if (position > upTo) return undefined;
    if (position === upTo) {
      index = group.goLive(host.layouts());
      mode = 'live';
      return undefined;
    }
    if (expired()) return 'again';
    const coalesce = filter.delivery === 'coalesce' && (mode === 'lagging' || filter.minIntervalMs > 0);
    const found = refill(log, filter, { after: position, upTo, coalesce, layouts });
    read = found.sequence;
    readLayouts = layouts;
    for (const batch of found.batches) control.push(group.encodeBatch(batch, true));
    if (found.batches.length === 0) position = found.sequence;
    if (found.layoutChange !== undefined) takeSnapshot('LAYOUT_CHANGED', found.layoutChange);
    return 'again';
  }

  /** Something that was asked for is kept no longer: said, and mended by a snapshot where the reader wants that. */
  function expired(): boolean {
    const floors = log.floors();
    const gone = filter.classes.filter((c) => floors[c] > position && floors[c] > (knownFloors?.[c] ?? -1n));
    if (gone.length === 0) return false;
    if (request.onGap === 'fail' || !request.snapshots) {
      end('CURSOR_EXPIRED', `the watch fell behind what is kept: events after ${position} are gone`);
      return true;
    }
    for (const c of gone)
      control.push({
        kind: 'lagged',
        class: c,
        from: position + 1n,
        to: floors[c],
        reason: mode === 'lagging' ? 'SLOW_READER' : 'EXPIRED',
      });
    takeSnapshot('LAGGED', undefined);
    return true;
  }

  function setMode(to: Mode): void {
    const wasLive = mode === 'live';
    mode = to;
    if (wasLive) group.leftLive();
  }

  /** Waits for a snapshot, then queues it, behind a reset where `reason` says so. */
  function takeSnapshot(reason: ResetReason | undefined, runtime: string | undefined): void {
    const { snapshots } = request;
    if (!snapshots) {
      // Only a change of layout comes here without a provider: the log alone goes on.
      control.push({ kind: 'reset', reason: reason ?? 'LAGGED', ...(runtime !== undefined && { runtime }) });
      layouts = host.layouts();
      mode = 'catching_up';
      return;
    }
    mode = 'waiting';
    group.snapshot(snapshots).then(
      (snapshot) => {
        if (mode !== 'waiting') return;
        // Shared with a reader that asked earlier: too old for one that has seen more already.
        if (snapshot.sequence < position) takeSnapshot(reason, runtime);
        else host.whenVisible(snapshot.sequence, () => install(snapshot, reason, runtime));
      },
      (error: unknown) => end('SNAPSHOT_FAILED', `the snapshot could not be taken: ${String(error)}`),
    );
  }

  function install(snapshot: Snapshot, reason: ResetReason | undefined, runtime: string | undefined): void {
    if (mode !== 'waiting') return;
    const at = snapshot.sequence;
    if (reason) control.push({ kind: 'reset', reason, ...(runtime !== undefined && { runtime }) });
    // What is not in a snapshot was not void: it is delivered up to the snapshot, the words are not. A reader that resumed there would
    // miss them without a word, so there is no cursor before the snapshot.
    if (reason === 'LAYOUT_CHANGED') control.push(...passedFloors(), ...withoutWords(at));
    const known: Layouts = host.layouts();
    read = at;
    readLayouts = known;
    const parts = snapshot.parts.length > 0 ? snapshot.parts : [{ payload: undefined, sizeBytes: 0 }];
    parts.forEach((part, i) => {
      control.push({ kind: 'part', part, at, more: i < parts.length - 1, layouts: known });
    });
    knownFloors = undefined;
    mode = 'catching_up';
    watch.wake();
  }

  /** What is gone meanwhile of classes that no snapshot speaks for. */
  function passedFloors(): Control[] {
    const floors = log.floors();
    return filter.classes
      .filter((c) => c !== 'scan' && c !== 'io' && floors[c] > position && floors[c] > (knownFloors?.[c] ?? -1n))
      .map((c) => ({ kind: 'lagged', class: c, from: position + 1n, to: floors[c], reason: 'SLOW_READER' }));
  }

  function withoutWords(upTo: bigint): SharedMessage[] {
    const messages: SharedMessage[] = [];
    for (let after = position; after < upTo;) {
      const found = refill(log, filter, { after, upTo, coalesce: false, layouts: undefined });
      for (const batch of found.batches)
        messages.push(group.encodeBatch({ ...batch, continued: true, sequence: position }, false));
      after = found.sequence;
    }
    return messages;
  }

  function render(message: Exclude<Control, { kind: 'layout' }>): StreamMessage {
    if (message.kind === 'opened') return message;
    delivery += 1n;
    const previous = spoken;
    const header = { delivery, previous };
    switch (message.kind) {
      case 'batch': {
        // Field by field: spreading two objects costs more than everything else that a message costs here.
        const { sequence, cursor, scan, continued, coalescedScans, body } = message;
        position = sequence;
        midScan = continued;
        if (!continued) spoken = sequence;
        return scan === undefined
          ? { kind: 'batch', delivery, previous, sequence, cursor, continued, coalescedScans, body }
          : { kind: 'batch', delivery, previous, sequence, cursor, scan, continued, coalescedScans, body };
      }
      case 'progress':
        position = spoken = message.sequence;
        midScan = false;
        return { ...header, ...message };
      case 'lagged':
      case 'reset':
        return { ...header, ...message };
      case 'part': {
        if (!message.more) {
          position = spoken = message.at;
          midScan = false;
          ({ layouts } = message);
        }
        const cursor = log.cursorBytes(message.at);
        return {
          ...header,
          kind: 'snapshot',
          sequence: message.at,
          cursor,
          more: message.more,
          body: group.encodePart(message.part),
        };
      }
      case 'goodbye':
        return { ...header, ...message, sequence: position, cursor: log.cursorBytes(position) };
      default:
        return message satisfies never;
    }
  }
}
