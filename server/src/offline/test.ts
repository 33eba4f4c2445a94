import { opendir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { HostError } from '../model/host-error.js';
import { readDocuments } from '../project/read-documents.js';
import { runCases } from '../scenario/run-cases.js';
import { parseCaseLine, parseScenarioCase, type CaseSource, type TestCase } from '../scenario/test-case.js';
import { exitCodes, numberOption, printJson, printText, readArguments, UsageError } from './command.js';
import { formatDiagnostic } from './format-diagnostic.js';
import { junitReport, type ReportedCase } from './report.js';
import type { Diagnostic } from '../model/diagnostic.js';

const usage = 'plc-emu test PATH... [--profile NAME] [--filter TEXT] [--timeout MS] [--jobs N] [--junit FILE] [--json]';

/** Runs cases: scenario files with a `project`, directories of them, JSON Lines. Exit 0 when all pass, 1 when one fails, 2 for usage. */
export async function test(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv, usage, {
    json: { type: 'boolean' },
    profile: { type: 'string' },
    filter: { type: 'string' },
    timeout: { type: 'string' },
    jobs: { type: 'string' },
    junit: { type: 'string' },
  });
  if (positionals.length === 0) throw new UsageError(`Name a case file or directory.\nusage: ${usage}`);
  const timeoutMs = numberOption('timeout', values.timeout?.replace(/ms$/, ''), 1, 3_600_000) ?? 10_000;
  const jobs = numberOption('jobs', values.jobs, 1, 256) ?? availableParallelism();
  const cases: TestCase[] = [];
  for (const path of positionals) {
    for await (const found of readCases(path)) {
      if (values.filter === undefined || found.id.includes(values.filter)) cases.push(found);
    }
  }
  let passed = 0;
  const reported: ReportedCase[] = [];
  await runCases(cases, {
    jobs,
    timeoutMs,
    ...(values.profile !== undefined && { profile: values.profile }),
    onResult: (found, result) => {
      if (result.ok) passed += 1;
      reported.push({
        name: found.id,
        ms: result.ms,
        ...(!result.ok && { failure: JSON.stringify({ got: result.got, expected: result.expected }) }),
      });
      if (values.json)
        printJson({
          id: found.id,
          ok: result.ok,
          got: result.got,
          expected: result.expected,
          diagnostics: result.diagnostics,
          ms: result.ms,
        });
      else if (!result.ok) {
        printText(`FAIL ${found.id}: got ${JSON.stringify(result.got)}, expected ${JSON.stringify(result.expected)}`);
        for (const diagnostic of (result.diagnostics as Diagnostic[]).slice(0, 3))
          printText(`       ${formatDiagnostic(diagnostic)}`);
      }
    },
  });
  const failed = cases.length - passed;
  if (values.junit !== undefined) await writeFile(values.junit, junitReport('plc-emu test', reported));
  if (values.json) printJson({ done: true, total: cases.length, passed, failed });
  else printText(`${passed} passed, ${failed} failed`);
  return failed > 0 ? exitCodes.no : exitCodes.done;
}

async function* readCases(path: string): AsyncGenerator<TestCase> {
  for await (const file of caseFiles(path)) {
    const text = await readText(file);
    if (extname(file) === '.jsonl') {
      let number = 0;
      for (const line of text.split('\n')) {
        number += 1;
        if (line.trim() !== '') yield await complete(parseCaseLine(line, `${file}:${number}`), file);
      }
    } else yield await complete(parseScenarioCase(text, file), file);
  }
}

async function complete(source: CaseSource, file: string): Promise<TestCase> {
  return source.complete(
    source.project === undefined ? [] : await readDocuments(resolve(dirname(file), source.project)),
  );
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new HostError('FILE_NOT_FOUND', `'${file}' can't be read: ${(error as Error).message}`, { path: file });
  }
}

/** The file named, or all `.json` and `.jsonl` files below a directory in order of name. */
async function* caseFiles(path: string): AsyncGenerator<string> {
  let entries: { name: string; isDirectory(): boolean }[];
  try {
    entries = [];
    for await (const entry of await opendir(path)) entries.push(entry);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR')
      throw new HostError('FILE_NOT_FOUND', `There is no '${path}'; check the path.`, { path });
    yield path;
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* caseFiles(join(path, entry.name));
    else if (['.json', '.jsonl'].includes(extname(entry.name)) && !entry.name.startsWith('manifest'))
      yield join(path, entry.name);
  }
}
