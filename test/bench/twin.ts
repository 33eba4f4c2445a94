import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Twin {
  /** Runs `checked` scans from the start and gives its report, then the nanoseconds a scan of each of `batches` batches. */
  run(
    checked: number,
    timed: number,
    batches: number,
  ): { readonly report: readonly string[]; readonly times: readonly number[] };
}

/** Name and version of gcc; undefined where there is none. */
export function gccVersion(): string | undefined {
  try {
    return execFileSync('gcc', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
  } catch {
    return undefined;
  }
}

/** Compiles a twin with gcc -O2 in `folder`. `source` is C text, or a file beside main.c. */
export function buildTwin(twins: string, folder: string, name: string, source?: string): Twin {
  const program = join(folder, name);
  let file = join(twins, `${name}.c`);
  if (source !== undefined) {
    file = join(folder, `${name}.c`);
    writeFileSync(file, source);
  }
  if (!existsSync(file)) throw new Error(`no twin ${file}`);
  // Two units, so that a scan is one call that the compiler can't look through.
  for (const unit of [file, join(twins, 'main.c')]) {
    const object = join(folder, unit === file ? `${name}.o` : 'main.o');
    execFileSync('gcc', ['-O2', '-std=c11', '-D_POSIX_C_SOURCE=199309L', '-I', twins, '-c', '-o', object, unit]);
  }
  execFileSync('gcc', ['-o', program, join(folder, `${name}.o`), join(folder, 'main.o'), '-lm']);
  return {
    run(checked, timed, batches) {
      const lines = execFileSync(program, [`${checked}`, `${timed}`, `${batches}`], {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      })
        .trimEnd()
        .split('\n');
      return {
        report: lines.filter((line) => !line.startsWith('time ')),
        times: lines.filter((line) => line.startsWith('time ')).map((line) => Number(line.slice(5))),
      };
    },
  };
}
