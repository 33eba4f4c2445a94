import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Commands } from '../../clients/node/src/index.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { clientOf, launch, untilServing } from '../support/host-control.js';
import { largeProgram } from './large-program.js';
import { median } from './median.js';

/** Milliseconds from saving the file to the value that only the first scan of the new program gives, read by a client (medians). */
export interface SaveResult {
  readonly lines: number;
  /** One function block was edited. */
  readonly onePouMs: number;
  /** Every function block was edited. */
  readonly allPousMs: number;
}

const scanMs = 10;
/** The host takes one change of the files in this time; an edit that comes sooner would wait for it. */
const restMs = 1100;
/** Edits before the ones that count. */
const warmUp = 3;

/** A real host at 10 ms scans that watches the file, and a client in this process. */
export async function benchSave(lines: number, rounds: number): Promise<SaveResult> {
  const directory = await mkdtemp(join(tmpdir(), 'plc-emu-bench-'));
  const source = largeProgram(lines);
  const file = join(directory, 'main.st');
  await writeFile(file, source);
  const host = launch({
    build: 'dist',
    directory,
    args: ['main.st', '--data-dir', 'data', '--scan-interval', `${scanMs}ms`, '--start', '--log-level', 'warn'],
  });
  const client = clientOf(directory, 'bench');
  const commands = client.commands();
  const save = async (text: string, marker: number): Promise<number> => {
    await new Promise((done) => setTimeout(done, restMs));
    await writeFile(`${file}.new`, text);
    const start = performance.now();
    await rename(`${file}.new`, file);
    await untilMarked(commands, marker);
    return performance.now() - start;
  };
  let marker = 0;
  /** Edits the block of one unit or of all, so that its output is the marker. */
  const edit = (which: 'one' | 'all'): Promise<number> => {
    marker += 1;
    const line = '  Alarm := (Output >';
    const marked = `  Output := ${marker}000.0;\n${line}`;
    return save(which === 'one' ? source.replace(line, marked) : source.replaceAll(line, marked), marker);
  };
  try {
    await untilServing(host, client, 60_000, (mode) => mode === RunMode.RUNNING);
    const measure = async (which: 'one' | 'all'): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < warmUp + rounds; round += 1) times.push(await edit(which));
      return median(times.slice(warmUp));
    };
    const allPousMs = await measure('all');
    // From all edited to one edited, everything changes once more.
    await edit('one');
    return { lines: source.split('\n').length, onePouMs: await measure('one'), allPousMs };
  } finally {
    commands.close();
    client.close();
    host.process.kill('SIGTERM');
    await host.exited;
    await rm(directory, { recursive: true, force: true });
  }
}

async function untilMarked(commands: Commands, marker: number): Promise<void> {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    const { variables } = await commands.read({ paths: ['Main.U0.Output'] });
    const kind = variables[0]?.value?.kind;
    if (kind?.case === 'realValue' && kind.value === marker * 1000) return;
    await new Promise((done) => setTimeout(done, 1));
  }
  throw new Error(`edit ${marker} is not running after a minute`);
}
