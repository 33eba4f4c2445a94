import { extname } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import { HostError } from '../model/host-error.js';
import { buildDocuments } from '../project/build-documents.js';
import { readDocuments } from '../project/read-documents.js';
import { exitCodes, printJson, printText, readArguments, UsageError } from './command.js';
import { formatDiagnostic } from './format-diagnostic.js';

const usage = 'plc-emu check FILE... [--profile NAME] [--json]';

/**
 * Compiles files and prints their findings. Plain sources named together are one project (with the PLCopen document, where
 * there is one); several PLCopen documents are a project each. Exit 0 without errors, 1 with, 2 where a file can't be read.
 */
export async function check(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv, usage, {
    json: { type: 'boolean' },
    profile: { type: 'string' },
  });
  if (positionals.length === 0) throw new UsageError(`Name a file or directory.\nusage: ${usage}`);
  let errors = 0;
  let warnings = 0;
  let unreadable = 0;
  const show = (diagnostic: Diagnostic): void => {
    if (values.json) printJson(diagnostic);
    else printText(formatDiagnostic(diagnostic));
  };
  for (const project of groupProjects(positionals)) {
    try {
      const documents = (await Promise.all(project.map((path) => readDocuments(path)))).flat();
      for (const diagnostic of buildDocuments(project[0]!, documents, values.profile).diagnostics) {
        if (diagnostic.severity === 'error') errors += 1;
        else if (diagnostic.severity === 'warning') warnings += 1;
        show(diagnostic);
      }
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      unreadable += 1;
      show({ code: error.reason, severity: 'error', message: error.message, file: project[0]! });
    }
  }
  if (values.json) printJson({ done: true, errors: errors + unreadable, warnings });
  else printText(`${count(errors + unreadable, 'error')}, ${count(warnings, 'warning')}`);
  if (unreadable > 0) return exitCodes.usage;
  return errors > 0 ? exitCodes.no : exitCodes.done;
}

function groupProjects(paths: readonly string[]): readonly (readonly string[])[] {
  const documents = paths.filter((path) => extname(path).toLowerCase() === '.xml');
  const plain = paths.filter((path) => !documents.includes(path));
  if (documents.length <= 1) return [paths];
  return [...documents.map((path) => [path]), ...(plain.length > 0 ? [plain] : [])];
}

const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
