import { createClient, type Watch } from '../../clients/node/src/index.js';
import { WatchStart } from '../../proto/plcemu/v1/stream_pb.js';
import { openRawWatch, type RawWatch } from './raw-watch.js';

/** What a process of subscribers is told. */
export type SubscriberOrder =
  | {
      readonly kind: 'begin';
      readonly path: string;
      /** Readers that only count. */
      readonly raw: number;
      /** Readers with the real client, which decode every message and take its time. */
      readonly probes: number;
      /** Of the raw ones, so many stop reading when they have read a little. */
      readonly stopped: number;
    }
  /** Forgets what was measured so far. */
  | { readonly kind: 'zero' }
  | { readonly kind: 'report' };

export interface SubscriberReport {
  readonly kind: 'report' | 'ready';
  readonly messages: number;
  readonly bytes: number;
  readonly ended: readonly string[];
  readonly samples: readonly Sample[];
  readonly coalesced: number;
  /** Most scans merged into one message, or between two messages. */
  readonly mostMerged: number;
}

/** Of one message with a scan: times in ms. `offset` is the scan's end on the runtime's own clock. */
export interface Sample {
  readonly received: number;
  /** When the host put it into its log, wall clock. */
  readonly logged: number;
  /** Planned instant of the scan + lateness + duration, on the clock of the runtime. */
  readonly scanEnd: number;
}

const raws: RawWatch[] = [];
let samples: Sample[] = [];
let coalesced = 0;
let mostMerged = 0;
let base = { messages: 0, bytes: 0 };
let probeMessages = 0;

const ms = (d: { seconds: bigint; nanos: number } | undefined): number =>
  d === undefined ? 0 : Number(d.seconds) * 1000 + d.nanos / 1e6;

async function probe(watch: Watch): Promise<void> {
  for await (const item of watch) {
    if (item.kind !== 'events') continue;
    const received = performance.timeOrigin + performance.now();
    probeMessages += 1;
    if (item.coalesced) {
      coalesced += 1;
      mostMerged = Math.max(mostMerged, item.coalesced.scans);
    }
    const last = item.events.findLast(({ event }) => event.payload.case === 'scan')?.event;
    if (last?.payload.case !== 'scan' || last.payload.value.between) continue;
    const { scanTime, lateness, duration } = last.payload.value;
    samples.push({ received, logged: ms(last.time), scanEnd: ms(scanTime) + ms(lateness) + ms(duration) });
  }
}

async function begin(order: Extract<SubscriberOrder, { kind: 'begin' }>): Promise<void> {
  const request = {
    options: { start: { case: 'at' as const, value: WatchStart.SNAPSHOT } },
    filter: { classes: [5, 6] },
  };
  for (let i = 0; i < order.raw; i += 1) {
    const raw = openRawWatch({
      path: order.path,
      request,
      ...(i < order.stopped && { onMessage: () => raw.messages > 3 && raw.pause() }),
    });
    raws.push(raw);
    // As from different users: not all in the same millisecond.
    if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (let i = 0; i < order.probes; i += 1) {
    const client = createClient({ target: `unix:${order.path}`, name: `probe${i}` });
    void probe(client.watch({ classes: ['io', 'scan'], start: 'snapshot' }));
  }
  while (raws.some((raw) => raw.messages < 2 && raw.ended === undefined)) await new Promise((r) => setTimeout(r, 20));
}

function report(kind: SubscriberReport['kind']): void {
  const messages = raws.reduce((sum, raw) => sum + raw.messages, 0) + probeMessages;
  const bytes = raws.reduce((sum, raw) => sum + raw.bytes, 0);
  const answer: SubscriberReport = {
    kind,
    messages: messages - base.messages,
    bytes: bytes - base.bytes,
    ended: raws.flatMap((raw) => raw.ended ?? []),
    samples,
    coalesced,
    mostMerged,
  };
  process.send?.(answer);
}

process.on('message', (order: SubscriberOrder) => {
  if (order.kind === 'begin') void begin(order).then(() => report('ready'));
  else if (order.kind === 'report') report('report');
  else {
    base = {
      messages: raws.reduce((sum, raw) => sum + raw.messages, 0) + probeMessages,
      bytes: raws.reduce((sum, raw) => sum + raw.bytes, 0),
    };
    samples = [];
    coalesced = 0;
    mostMerged = 0;
  }
});
process.on('disconnect', () => process.exit());
