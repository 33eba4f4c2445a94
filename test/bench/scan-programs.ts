import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bitLogicProgram, instancesProgram, type GeneratedProgram } from './generated-programs.js';
import { ladderProgram } from './ladder-program.js';
import { benchFolder } from './paths.js';

/** A program to be timed. `twin` is C text; absent where a file in twins/ has it. */
export interface ScanProgram {
  readonly name: string;
  readonly fileName: string;
  readonly source: string;
  readonly twin?: string;
}

const generated = (name: string, program: GeneratedProgram): ScanProgram => ({ name, ...program });
const written = (name: string): ScanProgram => ({
  name,
  fileName: `${name}.st`,
  source: readFileSync(join(benchFolder, 'programs', `${name}.st`), 'utf8'),
});

export const scanPrograms = (): readonly ScanProgram[] => [
  generated('bit-logic', bitLogicProgram()),
  written('numeric'),
  written('bit-loops'),
  written('control-flow'),
  written('strings'),
  generated('ladder-500', ladderProgram()),
  generated('fb-50', instancesProgram()),
  written('noop'),
];
