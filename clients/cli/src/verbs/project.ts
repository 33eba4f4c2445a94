import { readFile, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import {
  ApplyPatchResponseSchema,
  BuildResponseSchema,
  CloseProjectResponseSchema,
  ExportFormat,
  GetPouResponseSchema,
  GetProjectResponseSchema,
  ListPousResponseSchema,
  OpenProjectResponseSchema,
  type Project,
} from '../../../../proto/plcemu/v1/project_pb.js';
import type { ProjectDiff } from '../../../../proto/plcemu/v1/event_pb.js';
import { DiagnosticListSchema } from '../../../../proto/plcemu/v1/error_pb.js';
import { PlcError } from '../../../node/src/index.js';
import { exitCode, UsageError } from '../exit-code.js';
import { withSession, wholeNumber } from '../session.js';
import { showDiagnostic, table } from '../show.js';
import type { Verb } from '../verb.js';

const buildTimeoutMs = 60_000;
const chunkBytes = 512 * 1024;
const inlineBytes = 3 * 1024 * 1024;

function showProject(project: Project | undefined): string {
  if (!project) return 'no project';
  const where = project.path === '' ? 'inline' : project.path;
  return `${project.name} r${project.revision} (${project.profile}), ${project.valid ? 'builds' : 'has errors'}, ${project.diagnosticCount} findings, from ${where}`;
}

async function readSource(path: string): Promise<{ name: string; content: Uint8Array }> {
  try {
    return { name: basename(path), content: await readFile(path) };
  } catch (error) {
    throw new UsageError(`'${path}' can't be read: ${(error as Error).message}`);
  }
}

const open: Verb = {
  usage: 'plc-emu open PATH... [--inline] [--start] [--profile NAME] [--allow-errors]',
  summary: 'open a project into the runtime; --inline sends the files from here',
  run: (argv) =>
    withSession(
      argv,
      {
        inline: { type: 'boolean' },
        start: { type: 'boolean' },
        profile: { type: 'string' },
        'allow-errors': { type: 'boolean' },
        'request-id': { type: 'string' },
      },
      async (s) => {
        if (s.positionals.length === 0) throw new UsageError('Name a project file or directory.');
        const settings = {
          runtime: s.runtime,
          profile: s.values.profile ?? '',
          start: s.values.start ?? false,
          allowErrors: s.values['allow-errors'] ?? false,
          requestId: s.values['request-id'] ?? '',
        };
        const call = { timeoutMs: buildTimeoutMs };
        if (!s.values.inline) {
          if (s.positionals.length > 1) throw new UsageError('Without --inline name one path on the host.');
          const response = await s.client.project.openProject(
            { ...settings, source: { case: 'path', value: resolve(s.positionals[0]!) } },
            call,
          );
          s.print(OpenProjectResponseSchema, response, () =>
            [showProject(response.project), ...response.diagnostics.map(showDiagnostic)].join('\n'),
          );
          return exitCode.done;
        }
        const documents = await Promise.all(s.positionals.map(readSource));
        const total = documents.reduce((sum, d) => sum + d.content.length, 0);
        const response =
          total <= inlineBytes
            ? await s.client.project.openProject(
                { ...settings, source: { case: 'inline', value: { documents } } },
                call,
              )
            : await s.client.project.uploadProject(
                (function* () {
                  yield { piece: { case: 'open' as const, value: settings } };
                  for (const { name, content } of documents) {
                    for (let at = 0; at < content.length; at += chunkBytes) {
                      yield {
                        piece: {
                          case: 'chunk' as const,
                          value: { name, content: content.subarray(at, at + chunkBytes) },
                        },
                      };
                    }
                  }
                })(),
                call,
              );
        s.printLine({ project: response.project?.name, revision: response.project?.revision.toString() }, () =>
          [showProject(response.project), ...response.diagnostics.map(showDiagnostic)].join('\n'),
        );
        return exitCode.done;
      },
    ),
};

const close: Verb = {
  usage: 'plc-emu close',
  summary: 'close the project; the runtime is empty after it',
  run: (argv) =>
    withSession(argv, { 'request-id': { type: 'string' } }, async (s) => {
      const response = await s.client.project.closeProject({
        runtime: s.runtime,
        requestId: s.values['request-id'] ?? '',
      });
      s.print(CloseProjectResponseSchema, response, () => 'closed');
      return exitCode.done;
    }),
};

const project: Verb = {
  usage: 'plc-emu project',
  summary: 'what is open',
  run: (argv) =>
    withSession(argv, {}, async (s) => {
      const response = await s.client.project.getProject({ runtime: s.runtime });
      s.print(GetProjectResponseSchema, response, () => showProject(response.project));
      return exitCode.done;
    }),
};

const pous: Verb = {
  usage: 'plc-emu pous [NAME [--text]]',
  summary: 'list the POUs, or show the source of one; --text: drawings and charts as text that patch takes back',
  run: (argv) =>
    withSession(argv, { text: { type: 'boolean' } }, async (s) => {
      const name = s.positionals[0];
      if (name === undefined && s.values.text) throw new UsageError('Name the POU whose --text to show.');
      if (name !== undefined) {
        const response = await s.client.project.getPou({ runtime: s.runtime, name });
        const { source = '', text = '' } = response.pou ?? {};
        s.print(GetPouResponseSchema, response, () => (s.values.text && text !== '' ? text : source));
        return exitCode.done;
      }
      let pageToken = '';
      do {
        const response = await s.client.project.listPous({ runtime: s.runtime, pageToken });
        s.print(ListPousResponseSchema, response, () =>
          table(response.pous.map((p) => [p.name, p.kind, p.language, p.document])),
        );
        pageToken = response.nextPageToken;
      } while (pageToken !== '');
      return exitCode.done;
    }),
};

function showDiff(diff: ProjectDiff | undefined): string[] {
  if (!diff) return [];
  const line = (word: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`  ${word}: ${names.join(', ')}`];
  return [
    ...line('added', [...diff.addedPous, ...diff.addedVariables]),
    ...line('removed', [...diff.removedPous, ...diff.removedVariables]),
    ...line('changed', [...diff.changedPous, ...diff.changedVariables]),
  ];
}

const patch: Verb = {
  usage:
    'plc-emu patch --revision N (--pou NAME=FILE | --delete-pou NAME | --document FILE | --delete-document NAME)... [--validate-only] [--write-back] [--guard CONDITION [--guard-scans N]]',
  summary:
    'change POUs or documents and swap the program between two scans; --guard takes it back when the condition breaks',
  run: (argv) =>
    withSession(
      argv,
      {
        revision: { type: 'string' },
        pou: { type: 'string', multiple: true },
        'delete-pou': { type: 'string', multiple: true },
        document: { type: 'string', multiple: true },
        'delete-document': { type: 'string', multiple: true },
        'validate-only': { type: 'boolean' },
        'write-back': { type: 'boolean' },
        guard: { type: 'string' },
        'guard-scans': { type: 'string' },
        'request-id': { type: 'string' },
      },
      async (s) => {
        if (s.values.revision === undefined)
          throw new UsageError('Give the --revision that the patch was made from (plc-emu project shows it).');
        const edits = [
          ...(await Promise.all(
            (s.values.document ?? []).map(async (path) => ({
              edit: { case: 'putDocument' as const, value: await readSource(path) },
            })),
          )),
          ...(s.values['delete-document'] ?? []).map((name) => ({
            edit: { case: 'deleteDocument' as const, value: name },
          })),
          ...(await Promise.all((s.values.pou ?? []).map(pouEdit))),
          ...(s.values['delete-pou'] ?? []).map((name) => ({ edit: { case: 'deletePou' as const, value: name } })),
        ];
        if (edits.length === 0) throw new UsageError('Name at least one change.');
        const { guard: condition, 'guard-scans': scans } = s.values;
        if (scans !== undefined && condition === undefined) throw new UsageError('--guard-scans needs a --guard.');
        const guard = condition !== undefined && {
          condition,
          scans: scans === undefined ? 0 : wholeNumber('--guard-scans', scans),
        };
        const response = await s.client.project.applyPatch(
          {
            runtime: s.runtime,
            requestId: s.values['request-id'] ?? '',
            validateOnly: s.values['validate-only'] ?? false,
            writeBack: s.values['write-back'] ?? false,
            patch: { expectedRevision: BigInt(wholeNumber('--revision', s.values.revision)), edits },
            ...(guard && { guard }),
          },
          { timeoutMs: buildTimeoutMs },
        );
        s.print(ApplyPatchResponseSchema, response, () =>
          [
            `revision ${response.revision}`,
            ...showDiff(response.diff),
            ...response.diagnostics.map(showDiagnostic),
          ].join('\n'),
        );
        return exitCode.done;
      },
    ),
};

async function pouEdit(text: string): Promise<{ edit: { case: 'putPou'; value: { name: string; source: string } } }> {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`'${text}' is not NAME=FILE.`);
  const { content } = await readSource(text.slice(at + 1));
  return { edit: { case: 'putPou', value: { name: text.slice(0, at), source: new TextDecoder().decode(content) } } };
}

const build: Verb = {
  usage: 'plc-emu build [FILE]... [--profile NAME]',
  summary: 'build files, or the open project, on the host and show the findings',
  run: (argv) =>
    withSession(argv, { profile: { type: 'string' } }, async (s) => {
      const documents = await Promise.all(s.positionals.map(readSource));
      const response = await s.client.project.build(
        { runtime: s.runtime, documents, profile: s.values.profile ?? '' },
        { timeoutMs: buildTimeoutMs },
      );
      s.print(BuildResponseSchema, response, () =>
        [
          ...response.diagnostics.map(showDiagnostic),
          response.valid ? `builds, digest ${response.digest.slice(0, 16)}` : 'has errors',
        ].join('\n'),
      );
      return response.valid ? exitCode.done : exitCode.no;
    }),
};

const exportProject: Verb = {
  usage: 'plc-emu export [--documents] [--output FILE]',
  summary: 'give the project as PLCopen XML, or its documents as they are',
  run: (argv) =>
    withSession(argv, { documents: { type: 'boolean' }, output: { type: 'string' } }, async (s) => {
      const format = s.values.documents ? ExportFormat.DOCUMENTS : ExportFormat.PLCOPEN;
      const pieces = new Map<string, Uint8Array[]>();
      for await (const piece of s.client.project.export(
        { runtime: s.runtime, format },
        { timeoutMs: buildTimeoutMs },
      )) {
        pieces.set(piece.document, [...(pieces.get(piece.document) ?? []), piece.data]);
      }
      for (const [name, parts] of pieces) {
        const bytes = Buffer.concat(parts);
        if (s.values.output !== undefined)
          await writeFile(pieces.size === 1 ? s.values.output : `${s.values.output}.${basename(name)}`, bytes);
        else if (s.json) s.printLine({ document: name, data: bytes.toString('base64') }, () => '');
        else process.stdout.write(bytes);
      }
      return exitCode.done;
    }),
};

/** The findings that a refused project carries, one a line. */
export function refusedFindings(error: PlcError): string[] {
  return (error.detail(DiagnosticListSchema)?.diagnostics ?? []).map(showDiagnostic);
}

export const projectVerbs = { open, close, project, pous, patch, build, export: exportProject };
