import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** The `plc-emu` of the checkout. */
export const launcher = resolve(import.meta.dirname, '../../clients/cli/bin/plc-emu.js');

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON Lines. */
  json(): readonly Record<string, unknown>[];
}

/** Runs `plc-emu` to its end in a process of its own. */
export function runCommand(args: readonly string[], options: { readonly cwd?: string } = {}): Promise<CommandResult> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [launcher, ...args], {
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', failed);
    child.once('close', (code) => {
      done({
        code,
        stdout,
        stderr,
        json: () =>
          stdout
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as Record<string, unknown>),
      });
    });
  });
}
