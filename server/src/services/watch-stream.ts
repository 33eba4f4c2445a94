import { create, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { LayoutSchema, OpenedSchema, StreamMessageSchema } from '../../../proto/plcemu/v1/stream_pb.js';
import type { GoodbyeReason, StreamMessage, Subscription } from '../events/subscription.js';
import type { Epoch } from '../model/cursor.js';
import { HostError, type ErrorReason } from '../model/host-error.js';
import type { Layout } from '../runtime/layout.js';
import { typeName } from '../runtime/value-codec.js';
import { layoutsUsedBy, snapshotField } from './batch-encoder.js';
import { columnOfLeafKind } from './columns.js';
import { createByteSink } from './byte-sink.js';
import { durationOf, eventClassOf } from './convert.js';
import type { EncodedMessage, EncodedStream } from './registry.js';
import type { Selection } from './selection.js';
import type { EventClass } from '../model/event.js';

export interface WatchStreamOptions {
  readonly subscription: Subscription;
  readonly selection: Selection;
  readonly classes: readonly EventClass[];
  readonly runtime: string;
  readonly hostId: string;
  readonly verbose: boolean;
  /** Layouts in force of the runtimes watched, by runtime. */
  readonly layouts: readonly (readonly [runtime: string, layout: Layout])[];
  readonly unknown: readonly string[];
}

/** Fields of StreamMessage and Opened, where bytes are put together by hand. */
const openedField = 3;
const layoutField = 4;
const openedLayoutField = 12;
/** Variables in one piece of a layout: about 64 bytes each. */
const layoutPiece = 8000;

/** Tags of a StreamMessage's first fields, varints. */
const headerTags = { delivery: 1 << 3, previous: 2 << 3 } as const;
/** Tag and length of the message, tags and values of both fields. */
const mostHeaderBytes = 5 + 2 * 10;
/** A body shorter than this is copied behind its header: to write two pieces costs more. */
const mostCopied = 512;

/** Statuses after Goodbye. */
const reasonOfGoodbye: Readonly<Record<GoodbyeReason, ErrorReason>> = {
  SLOW_READER: 'SLOW_READER',
  CURSOR_EXPIRED: 'CURSOR_EXPIRED',
  SHUTTING_DOWN: 'SHUTTING_DOWN',
  REVOKED: 'PERMISSION_DENIED',
  SNAPSHOT_FAILED: 'SHUTTING_DOWN',
  ENCODING_FAILED: 'SHUTTING_DOWN',
};

/**
 * The messages of a subscription as responses of a Watch RPC. Bodies are shared among readers; in front of each stands the header of
 * this stream. Layouts are put in where a body needs them, so deliveries are counted here.
 */
export function createWatchStream(options: WatchStreamOptions): EncodedStream {
  const { subscription, selection, verbose } = options;
  const sink = createByteSink();
  const queue: EncodedMessage[] = [];
  const told = new Map<string, number>();
  let delivery = 0;
  let spoken = 0n;
  /** Bytes in front of each response that are the transport's. */
  let room = 0;
  let ended: { readonly error: unknown } | undefined;
  let goodbye: HostError | undefined;

  /** A response: StreamMessage in field 1, made of header and body. Written by hand: it is done for every reader of a message. */
  const frame = (previous: bigint, body: Uint8Array): EncodedMessage => {
    delivery += 1;
    const isShort = body.length < mostCopied;
    const whole = Buffer.allocUnsafe(room + mostHeaderBytes + (isShort ? body.length : 0));
    let at = room + 5;
    whole[room] = (1 << 3) | 2;
    whole[at] = headerTags.delivery;
    at = putVarint(whole, at + 1, delivery);
    if (previous !== 0n) {
      whole[at] = headerTags.previous;
      at = putVarint(whole, at + 1, Number(previous));
    }
    const length = at - room - 5 + body.length;
    if (isShort) {
      whole.set(body, at);
      at += body.length;
    }
    writeLength(whole, room + 5, length);
    return { head: whole.subarray(0, at), body: isShort ? undefined : body };
  };
  const small = (previous: bigint, message: MessageInitShape<typeof StreamMessageSchema>['message']): EncodedMessage =>
    frame(previous, toBinary(StreamMessageSchema, create(StreamMessageSchema, { message: message! })));

  const tellLayouts = (body: Uint8Array): void => {
    for (const { runtime, layout } of layoutsUsedBy(body)) {
      if (told.get(runtime) === layout.version) continue;
      told.set(runtime, layout.version);
      for (const piece of layoutPieces(runtime, layout, selection, options.classes)) {
        queue.push(frame(spoken, nested(layoutField, piece)));
      }
    }
  };

  const translate = (message: StreamMessage): void => {
    switch (message.kind) {
      case 'opened': {
        spoken = message.sequence;
        const [first] = options.layouts;
        const pieces =
          first && !verbose && watchesWords(options.classes)
            ? layoutPieces(first[0], first[1], selection, options.classes)
            : [];
        if (first && pieces.length === 1) told.set(first[0], first[1].version);
        const opened = toBinary(
          OpenedSchema,
          create(OpenedSchema, {
            cursor: message.cursor,
            sequence: message.sequence,
            floor: message.floor,
            epoch: epochText(message.epoch),
            host: options.hostId,
            runtime: options.runtime,
            classes: options.classes.map((c) => eventClassOf[c]),
            minInterval: durationOf(BigInt(Math.round(message.limits.minIntervalMs * 1e6))),
            queueMessages: message.limits.maxQueuedMessages,
            queueBytes: message.limits.maxQueuedBytes,
            unknown: [...options.unknown],
          }),
        );
        const whole = pieces.length === 1 ? Buffer.concat([opened, nested(openedLayoutField, pieces[0]!)]) : opened;
        queue.push(frame(spoken, nested(openedField, whole)));
        if (message.resumedFrom) {
          queue.push(
            small(spoken, {
              case: 'epochChanged',
              value: { oldEpoch: epochText(message.resumedFrom), newEpoch: epochText(message.epoch) },
            }),
          );
        }
        return;
      }
      case 'batch':
        tellLayouts(message.body);
        queue.push(frame(message.previous, message.body));
        if (!message.continued) spoken = message.sequence;
        return;
      case 'snapshot':
        tellLayouts(message.body);
        queue.push(frame(message.previous, snapshotBody(message)));
        if (!message.more) spoken = message.sequence;
        return;
      case 'progress':
        queue.push(
          small(message.previous, { case: 'progress', value: { cursor: message.cursor, sequence: message.sequence } }),
        );
        spoken = message.sequence;
        return;
      case 'lagged': {
        const { from, to, reason } = message;
        queue.push(
          small(message.previous, {
            case: 'lagged',
            value: { class: eventClassOf[message.class], from, to, skipped: message.skipped ?? 0n, reason },
          }),
        );
        return;
      }
      case 'reset':
        queue.push(
          small(message.previous, { case: 'reset', value: { reason: message.reason, runtime: message.runtime ?? '' } }),
        );
        return;
      case 'goodbye':
        queue.push(
          small(message.previous, {
            case: 'goodbye',
            value: { reason: message.reason, cursor: message.cursor, sequence: message.sequence },
          }),
        );
        goodbye = new HostError(reasonOfGoodbye[message.reason], `The watch has ended: ${message.message}.`, {
          goodbye: message.reason,
        });
        return;
    }
  };
  const snapshotBody = (message: Extract<StreamMessage, { kind: 'snapshot' }>): Uint8Array => {
    const mark = sink.open(snapshotField);
    if (!message.more) sink.bytes(1, message.cursor);
    sink.uint64(2, message.sequence);
    sink.bool(8, message.more);
    const head = sink.take();
    const whole = new Uint8Array(head.length + message.body.length);
    whole.set(head);
    whole.set(message.body, head.length);
    writeLength(whole, mark, whole.length - mark);
    return whole;
  };

  return {
    take(wanted = 0) {
      room = wanted;
      for (;;) {
        const next = queue.shift();
        if (next) return next;
        if (goodbye) {
          ended = { error: goodbye };
          return undefined;
        }
        const message = subscription.take();
        if (!message) return undefined;
        translate(message);
      }
    },
    onReady: (callback) => subscription.onReady(callback),
    ended: () => ended,
    close: () => subscription.close(),
  };
}

function watchesWords(classes: readonly EventClass[]): boolean {
  return classes.includes('scan') || classes.includes('io');
}

/** A whole number of at most 53 bits. Gives the position behind it. */
function putVarint(bytes: Uint8Array, from: number, value: number): number {
  let at = from;
  let rest = value;
  // Shifts work on 32 bits only.
  while (rest > 0x7fffffff) {
    bytes[at] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
    at += 1;
  }
  while (rest > 0x7f) {
    bytes[at] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}

/** The four bytes in front of `mark`, as ByteSink leaves them for a length. */
function writeLength(bytes: Uint8Array, mark: number, length: number): void {
  bytes[mark - 4] = (length & 0x7f) | 0x80;
  bytes[mark - 3] = ((length >>> 7) & 0x7f) | 0x80;
  bytes[mark - 2] = ((length >>> 14) & 0x7f) | 0x80;
  bytes[mark - 1] = (length >>> 21) & 0x7f;
}

export function epochText({ boot, nonce }: Epoch): string {
  return `${boot}-${nonce.toString(16).padStart(16, '0')}`;
}

const madePieces = new WeakMap<Layout, Map<string, readonly Uint8Array[]>>();

/** Names of the watched leaves of a layout, in encoded pieces; made once for equal selections. */
function layoutPieces(
  runtime: string,
  layout: Layout,
  selection: Selection,
  classes: readonly EventClass[],
): readonly Uint8Array[] {
  const [scans, ios] = [classes.includes('scan'), classes.includes('io')];
  const key = `${runtime}\n${scans}\n${ios}\n${selection.key}`;
  let ofLayout = madePieces.get(layout);
  if (!ofLayout) madePieces.set(layout, (ofLayout = new Map<string, readonly Uint8Array[]>()));
  const known = ofLayout.get(key);
  if (known) return known;
  const { leaves, data } = layout;
  const { scan, io, addressOf } = selection.in(layout);
  const wanted: number[] = [];
  for (let i = 0; i < leaves.count; i += 1) if ((scans && scan[i] === 1) || (ios && io[i] === 1)) wanted.push(i);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < wanted.length; at += layoutPiece) {
    const variables = wanted.slice(at, at + layoutPiece).map((id) => {
      const { path, type } = leaves.variable(id);
      return {
        id,
        path,
        type: typeName(data.types, type),
        kind: columnOfLeafKind[leaves.kind[id]!]!,
        address: addressOf.get(id) ?? '',
      };
    });
    const more = at + layoutPiece < wanted.length;
    pieces.push(toBinary(LayoutSchema, create(LayoutSchema, { runtime, version: layout.version, variables, more })));
  }
  if (ofLayout.size > 16) ofLayout.clear();
  ofLayout.set(key, pieces);
  return pieces;
}

/** Bytes as a nested message. */
function nested(field: number, bytes: Uint8Array): Uint8Array {
  const head: number[] = [];
  for (const value of [(field << 3) | 2, bytes.length]) {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
    head.push(rest);
  }
  return Buffer.concat([Buffer.from(head), bytes]);
}
