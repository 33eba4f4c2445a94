import { writeFile } from 'node:fs/promises';
import { buildTrees } from '../failover/chaos.js';
import { measureCallRates, type CallRates } from './call-rates.js';
import { loadProgram, messageProgram, usualShape } from './load-program.js';
import type { Distribution } from './measure.js';
import { runStreamScenario, type StreamResult, type StreamScenario } from './stream-scenario.js';

const help = `npm run load -- [settings]
  --only TEXT      scenarios whose name contains the text; 'calls' for the call rates
  --seconds N      of each scenario, default 12
  --json FILE      writes all figures
`;

function scenarios(seconds: number): readonly StreamScenario[] {
  const program = loadProgram(usualShape);
  return [
    { name: '100 ms, 100 readers', program, tickMs: 100, subscribers: 100, seconds },
    { name: '10 ms, 100 readers', program, tickMs: 10, subscribers: 100, seconds },
    { name: '100 ms, 500 readers', program, tickMs: 100, subscribers: 500, seconds },
    {
      name: '100 ms, 100 readers, 10 % stopped, one floods',
      program,
      tickMs: 100,
      subscribers: 100,
      stopped: 0.1,
      flooding: true,
      seconds,
    },
    { name: '1 KB at 10 ms, 500 readers', program: messageProgram(1024), tickMs: 10, subscribers: 500, seconds },
  ];
}

const argv = process.argv.slice(2);
const settingOf = (name: string): string | undefined => {
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
};
const only = settingOf('--only') ?? '';
const seconds = Number(settingOf('--seconds') ?? 12);
if (argv.includes('--help') || !(seconds > 0)) {
  process.stdout.write(help);
} else {
  await buildTrees();
  const streams: StreamResult[] = [];
  for (const scenario of scenarios(seconds)) {
    if (!scenario.name.includes(only)) continue;
    const result = await runStreamScenario(scenario);
    streams.push(result);
    process.stdout.write(showStream(result));
  }
  let calls: CallRates | undefined;
  if ('calls'.includes(only)) {
    calls = await measureCallRates();
    process.stdout.write(showCalls(calls));
  }
  const file = settingOf('--json');
  if (file !== undefined) await writeFile(file, `${JSON.stringify({ streams, calls }, undefined, 2)}\n`);
}

function showStream(r: StreamResult): string {
  const three = (d: Distribution | undefined): string =>
    d === undefined ? 'not measured' : `${d.p50.toFixed(2)} / ${d.p99.toFixed(2)} / ${d.p999.toFixed(2)} ms`;
  return [
    r.name,
    `  scan end to decoded message, p50 / p99 / p99.9   ${three(r.latency)} (${r.latency.count} samples)`,
    `  scans begin late, p50 / p99 / most               ${r.lateness.p50.toFixed(3)} / ${r.lateness.p99.toFixed(3)} / ${r.lateness.max.toFixed(3)} ms`,
    `  a bare sleep in C beside it, p50 / p99 / p99.9   ${three(r.noise)}`,
    `  messages                                         ${Math.round(r.messagesPerSecond)} a second of ${Math.round(r.bytesPerMessage)} bytes`,
    `  host                                             ${(r.cpuShare * 100).toFixed(1)} % of a core, ${r.cpuPerMessageUs.toFixed(1)} us a message, ${r.residentMiB.toFixed(0)} MiB (at most ${r.peakMiB.toFixed(0)})`,
    `  merged                                           ${(r.coalescedShare * 100).toFixed(1)} % of messages, at most ${r.mostMerged} scans`,
    `  scans                                            ${r.scans}, left out ${r.missedScans}${r.ended.length > 0 ? `; ended: ${r.ended.join(', ')}` : ''}`,
    '',
    '',
  ].join('\n');
}

function showCalls(c: CallRates): string {
  const line = (name: string, rate: number, of: number, than: string, cpu?: number): string =>
    `  ${name.padEnd(34)} ${String(Math.round(rate)).padStart(7)} a second  ${(rate / of).toFixed(2)} x ${than}${cpu === undefined ? '' : `, ${cpu.toFixed(0)} us of the host`}`;
  return [
    'Calls, 32 under way on one connection',
    line('empty handler of @grpc/grpc-js', c.empty, c.empty, 'itself', c.cpuUs.empty),
    line('ReadVariables', c.readVariables, c.empty, 'empty', c.cpuUs.readVariables),
    line('the same by the Node client', c.clientReads, c.empty, 'empty'),
    line('read on a Command stream', c.streamReads, c.clientReads, 'that', c.cpuUs.streamReads),
    line('WriteVariables, durable', c.writes, c.empty, 'empty'),
    line('write on a Command stream, durable', c.streamWrites, c.writes, 'WriteVariables'),
    '',
  ].join('\n');
}
