import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { createRandom, type Random } from '../support/random.js';

/** What a network can do to a connection. */
export const networkFaults = ['delay', 'stall', 'drop', 'drip', 'reset', 'cut'] as const;
export type NetworkFault = (typeof networkFaults)[number];

/** Stands between clients (TCP) and a host (a Unix socket), and passes everything on until it is told otherwise. */
export interface NetworkProxy {
  /** `127.0.0.1:PORT`. */
  readonly target: string;
  /**
   * From now on: `delay`: everything comes 20 to 200 ms later. `stall`: nothing passes, nothing is closed. `drop`: now and then a
   * connection goes dead, as behind a router that forgot it: what is sent from then on is lost, and nobody is told, also afterwards.
   * `drip`: a few bytes at a time. `reset`: connections are reset, new ones after a moment, too. `cut`: connections end in the
   * middle of a chunk. Undefined: all is well; what was held back comes now.
   */
  set(fault: NetworkFault | undefined): void;
  connections(): number;
  close(): void;
}

export interface ProxyOptions {
  /** Path of the host's Unix socket. */
  readonly path: string;
  readonly seed: number;
}

const dripBytes = 48;
const dripMs = 4;

export async function startProxy(options: ProxyOptions): Promise<NetworkProxy> {
  const random = createRandom(options.seed);
  const pairs = new Set<Pair>();
  let fault: NetworkFault | undefined;
  const server = createServer({ noDelay: true }, (front) => {
    const pair = join(front, createConnection({ path: options.path }), random, () => fault);
    pairs.add(pair);
    front.once('close', () => pairs.delete(pair));
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, () => resolve()));
  let striking: NodeJS.Timeout | undefined;
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(next) {
      fault = next;
      clearInterval(striking);
      const strike = (): void => {
        for (const pair of [...pairs]) if (random.next() < 0.5) pair.strike();
      };
      if (next === 'reset' || next === 'cut') {
        strike();
        striking = setInterval(strike, 300);
      }
      if (next === undefined) for (const pair of pairs) pair.heal();
    },
    connections: () => pairs.size,
    close() {
      clearInterval(striking);
      server.close();
      for (const pair of pairs) pair.destroy();
    },
  };
}

interface Pair {
  /** Resets or cuts it, as the fault says. */
  strike(): void;
  heal(): void;
  destroy(): void;
}

function join(front: Socket, back: Socket, random: Random, fault: () => NetworkFault | undefined): Pair {
  const destroy = (): void => {
    front.destroy();
    back.destroy();
  };
  const line = { isDead: false };
  const flows = [flow(front, back, line, random, fault), flow(back, front, line, random, fault)];
  for (const socket of [front, back]) {
    socket.on('error', () => undefined);
    socket.on('close', destroy);
  }
  return {
    strike: () => {
      if (fault() === 'cut') for (const each of flows) each.cut();
      else front.resetAndDestroy();
      back.destroy();
    },
    heal: () => {
      for (const each of flows) each.heal();
    },
    destroy,
  };
}

interface Flow {
  cut(): void;
  heal(): void;
}

/** One direction. Order is kept in any case: bytes wait in one queue. Both directions die together. */
function flow(
  from: Socket,
  to: Socket,
  line: { isDead: boolean },
  random: Random,
  fault: () => NetworkFault | undefined,
): Flow {
  let queue: { readonly bytes: Buffer; readonly dueMs: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let last: Buffer | undefined;

  const pass = (bytes: Buffer): void => {
    if (!to.destroyed && !to.writableEnded) to.write(bytes);
    // What is not taken stays with the sender.
    if (to.writableLength > 1 << 20) from.pause();
  };
  const turn = (): void => {
    timer = undefined;
    const now = performance.now();
    if (line.isDead || fault() === 'stall') return;
    if (fault() === 'drip' && queue.length > 0) {
      const [{ bytes, dueMs }] = queue as [(typeof queue)[number]];
      pass(bytes.subarray(0, dripBytes));
      if (bytes.length > dripBytes) queue[0] = { bytes: bytes.subarray(dripBytes), dueMs };
      else queue.shift();
      if (queue.length > 0) timer = setTimeout(turn, dripMs);
      return;
    }
    while (queue.length > 0 && queue[0]!.dueMs <= now) pass(queue.shift()!.bytes);
    if (queue.length > 0) timer = setTimeout(turn, Math.max(1, queue[0]!.dueMs - now));
  };
  to.on('drain', () => from.resume());
  from.on('data', (bytes: Buffer) => {
    last = bytes;
    const kind = fault();
    if (kind === 'drop' && random.next() < 0.02) line.isDead = true;
    if (line.isDead) return;
    if (kind === undefined && queue.length === 0) {
      pass(bytes);
      return;
    }
    queue.push({ bytes, dueMs: kind === 'delay' ? performance.now() + 20 + random.below(180) : 0 });
    if (!timer) turn();
  });
  from.on('end', () => {
    if (!line.isDead) to.end();
  });
  return {
    cut: () => {
      if (last && !to.destroyed) to.end(last.subarray(0, last.length >> 1));
    },
    heal: () => {
      queue = queue.map(({ bytes }) => ({ bytes, dueMs: 0 }));
      clearTimeout(timer);
      turn();
    },
  };
}
