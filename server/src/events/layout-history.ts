import type { Layouts } from './log-view.js';
import type { StoredEvent } from './stored-event.js';

/** Which layout the words of each runtime had, where in the log. */
export interface LayoutHistory {
  add(event: StoredEvent): void;
  /** After the event `sequence`, and before the next. `gone` where the layout of a runtime is so old that nobody explains it any more. */
  at(sequence: bigint): Layouts;
}

/** No layout has this version. */
const gone = 0;
/** Changes of one runtime; its layout book keeps as many layouts. */
const mostChanges = 60;

interface Change {
  /** Of the first event whose words have the layout. */
  readonly from: bigint;
  readonly layout: number;
}

export function createLayoutHistory(): LayoutHistory {
  const changes = new Map<string, Change[]>();
  return {
    add({ words, groupStart }) {
      if (!words) return;
      const own = changes.get(words.runtime) ?? [];
      if (own.at(-1)?.layout === words.layout) return;
      if (own.length === 0) changes.set(words.runtime, own);
      own.push({ from: groupStart, layout: words.layout });
      if (own.length > mostChanges) own.shift();
    },
    at(sequence) {
      const found = new Map<string, number>();
      for (const [runtime, own] of changes) {
        const change = own.findLast(({ from }) => from <= sequence);
        if (change) found.set(runtime, change.layout);
        else if (own.length === mostChanges) found.set(runtime, gone);
      }
      return found;
    },
  };
}
