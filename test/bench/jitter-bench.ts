import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeKernel } from '../../server/src/compiler/wasm/change-kernel.js';
import { createEngine } from '../../server/src/engine/create-engine.js';
import type { Engine, PacingInForce } from '../../server/src/engine/engine.js';
import { openWorkerPool } from '../../server/src/engine/worker-pool.js';
import { loadProgram } from '../load/load-program.js';
import { startNoiseProbe } from '../load/measure.js';
import { compileProgram } from './bench-machine.js';

/** How late scans began, microseconds, beside bare `clock_nanosleep` loops in C in the same seconds. */
export interface JitterResult {
  readonly tickMs: number;
  /** What the process does meanwhile: nothing, or its main thread computes and sends over the network without a pause. */
  readonly while: 'idle' | 'busy';
  readonly scans: number;
  readonly missedTicks: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  readonly twinP50Us: number | undefined;
  readonly twinP99Us: number | undefined;
  readonly twinMaxUs: number | undefined;
  readonly pacing: PacingInForce;
}

const variables = { variables: 10_000, channels: 1000, percent: 5 };

export async function benchJitter(seconds: number): Promise<readonly JitterResult[]> {
  const image = compileProgram('jitter.st', loadProgram(variables));
  const pool = openWorkerPool();
  const folder = mkdtempSync(join(tmpdir(), 'plc-emu-jitter-'));
  const results: JitterResult[] = [];
  try {
    for (const tickMs of [1, 10, 100]) {
      for (const load of ['idle', 'busy'] as const) {
        const engine = createEngine({
          name: 'jitter', clock: 'wall', tickNs: BigInt(tickMs * 1_000_000), pool, changeKernel: changeKernel(),
        }); // prettier-ignore
        await engine.load(image);
        results.push(await measure(engine, tickMs, load, seconds, folder));
        await engine.close();
      }
    }
  } finally {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

async function measure(
  engine: Engine,
  tickMs: number,
  load: JitterResult['while'],
  seconds: number,
  folder: string,
): Promise<JitterResult> {
  const stopLoad = load === 'busy' ? await startLoad() : () => undefined;
  const twin = startNoiseProbe(folder, tickMs, seconds);
  await engine.run();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await engine.stop();
  const stats = engine.stats();
  const beside = await twin;
  stopLoad();
  const us = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms * 1000);
  return {
    tickMs,
    while: load,
    scans: stats.scans,
    missedTicks: stats.missedTicks,
    p50Us: stats.lateness.p50Ns / 1000,
    p99Us: stats.lateness.p99Ns / 1000,
    maxUs: stats.lateness.maxNs / 1000,
    twinP50Us: us(beside?.p50),
    twinP99Us: us(beside?.p99),
    twinMaxUs: us(beside?.max),
    pacing: stats.pacing,
  };
}

/** Keeps the main thread computing, and a connection of its own full of data, until the returned function is called. */
async function startLoad(): Promise<() => void> {
  let on = true;
  const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  const chunk = Buffer.alloc(64 * 1024, 7);
  const send = (): void => {
    while (on && socket.write(chunk));
  };
  socket.on('drain', send).on('data', () => undefined);
  send();
  const compute = (): void => {
    if (!on) return;
    const end = performance.now() + 20;
    let sum = 0;
    while (performance.now() < end) sum += Math.sqrt(sum + 1);
    setImmediate(compute);
  };
  compute();
  return () => {
    on = false;
    socket.destroy();
    server.close();
  };
}
