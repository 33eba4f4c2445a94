import type { CodeSite, PouSummary, ProgramImage } from '../../model/program-image.js';
import type { Language } from '../../model/source-span.js';
import { alignUp } from '../check/type-size.js';
import type { CompileInput } from '../compile-input.js';
import type { IrModule } from '../ir/ir.js';
import { verifyModule } from '../ir/verify.js';
import { deepestStack, reachable } from '../lower/call-graph.js';
import { languageOf } from '../lower/desugar.js';
import { dateAddress, firstScanAddress, nowAddress } from '../lower/lowering.js';
import type { Body, PouDeclaration, SourceUnit } from '../syntax/ast.js';
import { emitModule } from '../wasm/emit-module.js';
import type { Program } from './create-program.js';
import { initName } from './create-program.js';
import { createDigest, type Digest } from './digest.js';
import { runsOf } from './initial-memory.js';
import { listChannels, listRoots } from './roots.js';
import { pouDigest } from './structure-digest.js';
import { planTasks } from './tasks.js';
import { pointersIn } from './retained-pointers.js';
import { createTypeTable } from './type-table.js';

/** Stack beyond what is known to be needed, and all of it where calls through interfaces may go around. */
const spareStack = 64 * 1024;
const cyclicStack = 1024 * 1024;
const pageBytes = 65536;

/** Verifies and emits the module, and describes it for the engine. Undefined after a reported problem. */
export function buildImage(
  program: Program,
  input: CompileInput,
  parsed: readonly SourceUnit[],
): ProgramImage | undefined {
  const { lowering: c, memory, plan } = program;
  const types = createTypeTable();
  const tasks = planTasks(c, program.units, program.runnables, program.pathContext);
  const channels = listChannels(memory, plan, program.image, types, program.configured.channels);
  const roots = listRoots(c, plan, memory, types, program.configured.access, program.image, channels);
  if (c.problems.errorCount > 0) return undefined;

  const { graph } = program;
  const starts = [initName, ...program.entries.map((entry) => entry.callee)];
  const used = reachable(graph, program.entries.length > 0 ? starts : c.functions.keys());
  const stack = deepestStack(graph, c.functions, [...used]);
  const stackLimit = alignUp(c.pool.end, 16);
  const stackTop = alignUp(stackLimit + (stack === undefined ? cyclicStack : stack + spareStack), 16);
  const siteNumbers = c.siteNumbers();
  const module: IrModule = {
    functions: [...c.functions.values()].filter((fn) => used.has(fn.name)),
    entries: program.entries,
    init: initName,
    pages: Math.ceil(stackTop / pageBytes),
    stackTop,
    stackLimit,
    siteCount: siteNumbers.length,
  };
  const findings = verifyModule(module);
  if (findings.length > 0) throw new Error(`The IR is not valid: ${findings.slice(0, 3).join('; ')}`);
  input.inspect?.(module);
  const pointers = pointersIn(memory.retain, roots, types.types, program.bytes);
  const wasm = emitModule(module, { instrument: false, siteNumbers });
  const image: Omit<ProgramImage, 'digest'> = {
    formatVersion: 1,
    name: input.name,
    profile: { name: input.profile.name },
    wasm,
    ...(input.instrument === true && { instrumentedWasm: emitModule(module, { instrument: true, siteNumbers }) }),
    memory: {
      pages: module.pages,
      nowAddress,
      dateAddress,
      firstScanAddress,
      stackTop,
      stackLimit,
      inputs: memory.inputs,
      outputs: memory.outputs,
      markers: memory.markers,
      retain: memory.retain,
      ...(pointers.length > 0 && { retainedPointers: pointers }),
      ...(memory.heap && { heap: { start: memory.heap.start, size: memory.heap.size } }),
      variables: memory.variables,
    },
    initialMemory: [...runsOf(program.bytes), ...c.pool.chunks.map(({ address, bytes }) => ({ address, bytes }))],
    types: types.types,
    roots,
    channels,
    tasks: tasks.tasks,
    tickNs: tasks.tickNs,
    hasTasks: tasks.hasTasks,
    sites: c.sites,
    pous: parsed.flatMap((unit) => unit.declarations.flatMap((d) => (d.kind === 'pou' ? summarise(d) : []))),
  };
  return { ...image, digest: digestOf(image) };
}

function digestOf(image: Omit<ProgramImage, 'digest'>): string {
  const digest = createDigest();
  const { wasm, instrumentedWasm: _other, initialMemory, sites, ...rest } = image;
  digest.bytes(wasm);
  for (const run of initialMemory) {
    digest.text(String(run.address));
    digest.bytes(run.bytes);
  }
  feedSites(digest, sites);
  digest.text(JSON.stringify(rest, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)));
  return digest.hex();
}

/** There are many sites, in few POUs and files: a name is fed once, and then stands as a number. */
function feedSites(digest: Digest, sites: readonly CodeSite[]): void {
  const numbers = new Map<string, number>();
  const feedName = (name: string): void => {
    const known = numbers.get(name);
    digest.number(known ?? -1);
    if (known !== undefined) return;
    numbers.set(name, numbers.size);
    digest.text(name);
  };
  for (const { pou, file, language, line, column, element } of sites) {
    feedName(pou);
    feedName(file);
    feedName(language);
    digest.number(line);
    digest.number(column);
    feedName(element ? JSON.stringify(element) : '');
  }
}

const bodyLanguage = (body: Body | undefined): Language => (body ? languageOf(body) : 'ST');

function summarise(pou: PouDeclaration): PouSummary[] {
  const digest = pouDigest(pou);
  return [
    { name: [...pou.namespace, pou.name].join('.'), kind: pou.pouKind, language: bodyLanguage(pou.body), digest },
    ...pou.methods.map((m): PouSummary => ({
      name: `${pou.name}.${m.name}`,
      kind: 'method',
      language: bodyLanguage(m.body),
      digest,
    })),
    ...pou.actions.map((a): PouSummary => ({
      name: `${pou.name}.${a.name}`,
      kind: 'action',
      language: bodyLanguage(a.body),
      digest,
    })),
    ...pou.properties.map((p): PouSummary => ({
      name: `${pou.name}.${p.name}`,
      kind: 'property',
      language: 'ST',
      digest,
    })),
  ];
}
