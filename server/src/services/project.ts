import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ProjectDiffSchema, ReloadStepSchema } from '../../../proto/plcemu/v1/event_pb.js';
import { ReloadAction } from '../../../proto/plcemu/v1/event_pb.js';
import {
  ApplyPatchRequestSchema,
  ApplyPatchResponseSchema,
  CloseProjectRequestSchema,
  CloseProjectResponseSchema,
  ExportFormat,
  OpenProjectRequestSchema,
  OpenProjectResponseSchema,
  ProjectService,
  UploadProjectResponseSchema,
  type OpenProjectRequest,
  type Patch,
  type ReloadGuard,
  type PouSchema,
  type ProjectSchema,
} from '../../../proto/plcemu/v1/project_pb.js';
import { HostError } from '../model/host-error.js';
import type { PouSummary } from '../model/program-image.js';
import type { Edit } from '../project/apply-edits.js';
import { exportDocuments } from '../project/export-documents.js';
import { findPou, textOf } from '../project/pou-source.js';
import { readableText } from '../project/readable-text.js';
import type { Project, ProjectSource, SourceDocument } from '../project/project.js';
import { maxInlineBytes } from '../project/project.js';
import { pageOf } from '../runtime/page.js';
import type { ReloadStep } from '../runtime/plan-reload.js';
import type { PatchAnswer, PatchOptions } from '../runtime/project-control.js';
import { usualGuardScans } from '../runtime/reload-guard.js';
import type { HostedRuntime } from '../runtime/runtimes.js';
import { diagnosticMessage } from './convert.js';
import { withDiagnostics } from './project-errors.js';
import type { RegisteredService } from './registry.js';
import { register } from './registry.js';
import type { Rooms } from './rooms.js';
import { onRuntime } from './rooms.js';
import type { Call } from '../runtime/host-record.js';

const chunkBytes = 1024 * 1024;
const mostListed = 1000;

export function createProjectService({ runtimes, mutations, watches, host }: Rooms): RegisteredService {
  const opened = (
    project: Project & { runtime: HostedRuntime },
  ): { project: MessageInitShape<typeof ProjectSchema>; diagnostics: ReturnType<typeof diagnosticMessage>[] } => ({
    project: projectMessage(project.runtime, project),
    diagnostics: project.diagnostics.map(diagnosticMessage),
  });
  type Opened = Project & { runtime: HostedRuntime };
  const open = onRuntime(OpenProjectRequestSchema, OpenProjectResponseSchema, opened);
  const upload = onRuntime(OpenProjectRequestSchema, UploadProjectResponseSchema, opened);
  const close = onRuntime(CloseProjectRequestSchema, CloseProjectResponseSchema, () => ({}));
  const patch = onRuntime(ApplyPatchRequestSchema, ApplyPatchResponseSchema, patchMessage);

  const openInto = async (
    request: OpenProjectRequest,
    source: ProjectSource,
    call: Call<Opened>,
    signal: AbortSignal,
  ): Promise<Opened> => {
    const existed = runtimes.find(request.runtime) !== undefined;
    const runtime = runtimes.getOrCreate(request.runtime);
    let project: Project;
    try {
      project = await runtime.projects.open(
        { ...call, remember: (given) => call.remember({ ...given, runtime }) },
        { source, profile: request.profile, allowErrors: request.allowErrors, watch: host.watchFiles, signal },
      );
    } catch (error) {
      // A runtime that was made for a project which could not be opened is nobody's.
      if (!existed) await runtimes.delete({ actor: call.actor, remember: () => [] }, request.runtime);
      throw error;
    }
    if (request.start && project.image) await runtime.lifeCycle.start({ actor: call.actor, remember: () => [] });
    return { ...project, runtime };
  };

  return register(ProjectService, {
    openProject: (request, context) =>
      withDiagnostics(
        mutations.perform(open, request, context, (call) =>
          openInto(request, sourceOf(request, host.roots), call, context.signal),
        ),
      ),
    async uploadProject(requests, context) {
      const { request, source } = await receive(requests);
      return withDiagnostics(
        mutations.perform(upload, request, context, (call) => openInto(request, source, call, context.signal)),
      );
    },
    closeProject: (request, context) =>
      mutations.perform(close, request, context, (call) =>
        runtimes.get(request.runtime).projects.close({ ...call, remember: () => call.remember(undefined) }),
      ),
    getProject: async (request) => {
      const runtime = runtimes.get(request.runtime);
      return { project: projectMessage(runtime, await runtime.projects.shown()) };
    },
    listPous: async (request) => {
      const project = await runtimes.get(request.runtime).projects.shown();
      const sorted = [...(project.image?.pous ?? [])].sort((a, b) =>
        a.name.toUpperCase() < b.name.toUpperCase() ? -1 : 1,
      );
      const page = pageOf(sorted, (pou) => pouMessage(pou, project.documents, false), {
        ...request,
        usual: 1000,
        most: 1000,
        key: project.image?.digest ?? '',
      });
      return { pous: [...page.items], nextPageToken: page.nextPageToken, revision: BigInt(project.revision) };
    },
    getPou: async (request) => {
      const project = await runtimes.get(request.runtime).projects.shown();
      const found = project.image?.pous.find((pou) => pou.name.toUpperCase() === request.name.toUpperCase());
      if (!found)
        throw new HostError('POU_NOT_FOUND', `The project has no POU '${request.name.slice(0, 80)}'.`, {
          pou: request.name.slice(0, 80),
        });
      return { pou: pouMessage(found, project.documents, true), revision: BigInt(project.revision) };
    },
    applyPatch: (request, context) =>
      withDiagnostics(
        mutations.perform(patch, request, context, (call) => {
          const { validateOnly, writeBack, guard } = request;
          const options = {
            ...patchOptions(request.patch, { validateOnly, writeBack }, guard),
            signal: context.signal,
          };
          return runtimes.get(request.runtime).projects.patch(call, options);
        }),
      ),
    planReload: (request) =>
      withDiagnostics(
        runtimes
          .get(request.runtime)
          .projects.plan(request.patch && patchOptions(request.patch, { validateOnly: true, writeBack: false }))
          .then((answer) => ({
            steps: answer.steps.map(stepMessage),
            diff: diffMessage(answer),
            diagnostics: answer.diagnostics.map(diagnosticMessage),
          })),
      ),
    build: async (request) => {
      const { projects } = runtimes.get(request.runtime);
      const project = projects.project();
      const documents = request.documents.length > 0 ? request.documents : projects.require().documents;
      const result = await projects.check(
        documents,
        request.profile === '' ? (project?.profile ?? '') : request.profile,
      );
      return {
        diagnostics: result.diagnostics.map(diagnosticMessage),
        valid: result.image !== undefined,
        digest: result.image?.digest ?? '',
        pous: (result.image?.pous ?? []).map((pou) => pouMessage(pou, documents, false)),
      };
    },
    async *export(request) {
      const project = await runtimes.get(request.runtime).projects.shown();
      for (const document of exportDocuments(
        project,
        request.format === ExportFormat.DOCUMENTS ? 'documents' : 'plcopen',
      )) {
        const bytes =
          typeof document.content === 'string' ? new TextEncoder().encode(document.content) : document.content;
        for (let at = 0; at === 0 || at < bytes.length; at += chunkBytes) {
          yield await Promise.resolve({
            document: document.name,
            data: bytes.subarray(at, at + chunkBytes),
            revision: BigInt(project.revision),
          });
        }
      }
    },
    watchProject: (request, context) =>
      watches.open({ runtime: request.runtime, options: request.options, classes: ['project'] }, context),
  });
}

function sourceOf({ source, name }: OpenProjectRequest, roots: readonly string[]): ProjectSource {
  switch (source.case) {
    case 'path':
      return { kind: 'path', path: source.value, roots };
    case 'inline':
      return { kind: 'inline', name, documents: source.value.documents };
    default:
      throw new HostError('INVALID_REQUEST', 'Name a path, or send the documents inline.', { field: 'source' });
  }
}

/** Puts the pieces of an upload together. */
async function receive(
  requests: AsyncIterable<{
    readonly piece:
      | { case: 'open'; value: OpenProjectRequest }
      | { case: 'chunk'; value: SourceDocument & { content: Uint8Array } }
      | { case: undefined };
  }>,
): Promise<{ request: OpenProjectRequest; source: ProjectSource }> {
  let request: OpenProjectRequest | undefined;
  const pieces = new Map<string, Uint8Array[]>();
  let size = 0;
  for await (const { piece } of requests) {
    if (piece.case === 'open' && !request) request = piece.value;
    else if (piece.case === 'chunk' && request) {
      size += piece.value.content.length;
      if (size > maxInlineBytes)
        throw new HostError('TOO_LARGE', `The documents have more than ${maxInlineBytes} bytes together.`, {
          limit: String(maxInlineBytes),
        });
      const known = pieces.get(piece.value.name);
      if (known) known.push(piece.value.content);
      else pieces.set(piece.value.name, [piece.value.content]);
    } else throw new HostError('INVALID_REQUEST', 'An upload begins with one `open`, and then has only chunks.');
  }
  if (!request) throw new HostError('INVALID_REQUEST', 'The upload is empty; begin with `open`.');
  if (request.source.case !== undefined)
    throw new HostError('INVALID_REQUEST', 'The `open` of an upload has no source: the chunks are it.', {
      field: 'source',
    });
  const documents = [...pieces].map(([name, parts]) => ({ name, content: new Uint8Array(Buffer.concat(parts)) }));
  return { request, source: { kind: 'inline', name: request.name, documents } };
}

function projectMessage({ core, projects }: HostedRuntime, project: Project): MessageInitShape<typeof ProjectSchema> {
  return {
    runtime: core.name,
    name: project.name,
    path: project.path ?? '',
    revision: BigInt(project.revision),
    digest: project.image?.digest ?? '',
    profile: project.profile,
    documents: project.documents.map((d) => d.name),
    valid: project.valid,
    diagnosticCount: project.diagnostics.length,
    watched: projects.watched,
  };
}

function pouMessage(
  pou: PouSummary,
  documents: readonly SourceDocument[],
  withSource: boolean,
): MessageInitShape<typeof PouSchema> {
  const base = { name: pou.name, kind: pou.kind, language: pou.language, digest: pou.digest };
  if (!withSource) return base;
  const found = findPou(documents, pou.name);
  const text = found && textOf(found.document);
  if (!found || text === undefined) return base;
  const line = text.slice(0, found.place.start).split(/\r\n|\n|\r/).length;
  const source = text.slice(found.place.start, found.place.end);
  const readable = readableText(found.document, pou.name) ?? '';
  return { ...base, document: found.document.name, line, source, text: readable };
}

function patchOptions(
  patch: Patch | undefined,
  flags: Pick<PatchOptions, 'validateOnly' | 'writeBack'>,
  guard?: ReloadGuard,
): PatchOptions {
  return {
    ...flags,
    ...(guard && { guard: { condition: guard.condition, scans: guard.scans === 0 ? usualGuardScans : guard.scans } }),
    edits: (patch?.edits ?? []).map(({ edit }) => editOf(edit)),
    expectedRevision: patch?.expectedRevision,
  };
}

function editOf(edit: Patch['edits'][number]['edit']): Edit {
  switch (edit.case) {
    case 'putDocument':
      return { kind: 'put_document', document: edit.value };
    case 'deleteDocument':
      return { kind: 'delete_document', name: edit.value };
    case 'putPou':
      return { kind: 'put_pou', name: edit.value.name, source: edit.value.source, document: edit.value.document };
    case 'deletePou':
      return { kind: 'delete_pou', name: edit.value };
    default:
      throw new HostError('INVALID_REQUEST', 'An edit is empty; put or delete a document or a POU.', {
        field: 'patch.edits',
      });
  }
}

const actions: Readonly<Record<ReloadStep['action'], ReloadAction>> = {
  kept: ReloadAction.KEPT,
  converted: ReloadAction.CONVERTED,
  reinitialised: ReloadAction.REINITIALISED,
  dropped: ReloadAction.DROPPED,
};

function stepMessage({
  path,
  action,
  oldType,
  newType,
  reason,
}: ReloadStep): MessageInitShape<typeof ReloadStepSchema> {
  return { path, action: actions[action], oldType: oldType ?? '', newType: newType ?? '', reason };
}

function diffMessage({ pous, steps }: PatchAnswer): MessageInitShape<typeof ProjectDiffSchema> {
  const named = (change: string): string[] => pous.filter((p) => p.change === change).map((p) => p.path);
  const variables = (test: (step: ReloadStep) => boolean): string[] => steps.filter(test).map((s) => s.path);
  const added = variables((s) => s.action === 'reinitialised' && s.oldType === undefined);
  const removed = variables((s) => s.action === 'dropped');
  const changed = variables(
    (s) => s.action === 'converted' || (s.action === 'reinitialised' && s.oldType !== undefined),
  );
  return {
    addedPous: named('added'),
    removedPous: named('removed'),
    changedPous: named('changed'),
    addedVariables: added.slice(0, mostListed),
    removedVariables: removed.slice(0, mostListed),
    changedVariables: changed.slice(0, mostListed),
    omittedVariables: [added, removed, changed].reduce((sum, list) => sum + Math.max(0, list.length - mostListed), 0),
  };
}

function patchMessage(answer: PatchAnswer): MessageInitShape<typeof ApplyPatchResponseSchema> {
  return {
    revision: BigInt(answer.revision),
    diff: diffMessage(answer),
    diagnostics: answer.diagnostics.map(diagnosticMessage),
    reload: answer.steps
      .filter((s) => s.action !== 'kept')
      .slice(0, mostListed)
      .map(stepMessage),
    scan: BigInt(answer.scan),
  };
}
