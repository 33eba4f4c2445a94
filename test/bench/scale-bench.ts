import { createScanMachine } from '../../server/src/engine/worker/scan-machine.js';
import type { ProgramImage } from '../../server/src/model/program-image.js';
import { benchChanges } from './change-bench.js';
import { compileProgram } from './bench-machine.js';

export interface VirtualResult {
  readonly program: string;
  /** Whole scans of the scan machine in a second of virtual time's best: forces, tasks, time stamps included. */
  readonly scansPerSecond: number;
}

export interface ScaleResult {
  readonly variables: number;
  readonly instances: number;
  readonly compileMs: number;
  readonly scanUs: number;
  readonly changeUs: number;
  readonly memoryKb: number;
  readonly wasmKb: number;
}

/** Runs as fast as the machine can for `ms`, after as long to warm up. Gives scans a second. */
export function virtualRate(image: ProgramImage, ms: number): number {
  const machine = createScanMachine(image, { module: new WebAssembly.Module(image.wasm) });
  machine.reset('cold');
  const burst = (limit: number): number => {
    const start = performance.now();
    let scans = 0;
    while (performance.now() - start < limit) {
      for (let n = 0; n < 16; n++) machine.runScan();
      scans += 16;
    }
    if (machine.fault) throw new Error(machine.fault.message);
    return (scans * 1000) / (performance.now() - start);
  };
  burst(ms);
  return burst(ms);
}

/** A project with that many 4-byte variables in structures of one block, spread over its instances. */
export function scaleProgram(variables: number, instances: number): string {
  const each = Math.max(2, Math.round(variables / instances) - 8);
  const out = [
    'FUNCTION_BLOCK Store',
    'VAR_INPUT Step : DINT; END_VAR',
    'VAR_OUTPUT Total : DINT; END_VAR',
    `VAR Values : ARRAY[1..${each}] OF DINT; Next : DINT := 1; Hold : TON; Count : DINT; END_VAR`,
    '  Hold(IN := Count MOD 50 <> 0, PT := T#40ms);',
    '  Values[Next] := Values[Next] + Step;',
    '  Total := Total + Values[Next];',
    '  Next := Next + 1;',
    `  IF Next > ${each} THEN Next := 1; END_IF;`,
    '  Count := Count + 1;',
    'END_FUNCTION_BLOCK',
    'PROGRAM Main',
    'VAR',
    ...Array.from({ length: instances }, (_, index) => `  S${index} : Store;`),
    'END_VAR',
    ...Array.from({ length: instances }, (_, index) => `  S${index}(Step := ${index + 1});`),
    'END_PROGRAM',
  ];
  return `${out.join('\n')}\n`;
}

export function benchScale(variables: number, instances: number): ScaleResult {
  const source = scaleProgram(variables, instances);
  compileProgram('scale.st', source);
  const start = performance.now();
  const image = compileProgram('scale.st', source);
  const compileMs = performance.now() - start;
  return {
    variables,
    instances,
    compileMs,
    scanUs: 1e6 / virtualRate(image, 150),
    changeUs: benchChanges(variables, Math.min(variables, instances * 4), 200).kernelUs,
    memoryKb: image.memory.pages * 64,
    wasmKb: image.wasm.length / 1024,
  };
}
