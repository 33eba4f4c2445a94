import { exportPlcopen, exportProject } from '../compiler/plcopen/export.js';
import { createProblems } from '../compiler/problems.js';
import { HostError } from '../model/host-error.js';
import { isXml } from './pou-source.js';
import type { Project, SourceDocument } from './project.js';

/**
 * The documents of an export: as they are, or as valid PLCopen TC6 XML 2.01. A PLCopen document keeps its name and all that was
 * not understood in it, byte for byte where it is valid already; plain texts become one document named after the project.
 */
export function exportDocuments(project: Project, format: 'documents' | 'plcopen'): readonly SourceDocument[] {
  if (format === 'documents') return project.documents;
  const problems = createProblems();
  const made = project.documents.every(isXml)
    ? project.documents.map((document) => ({ name: document.name, content: exportPlcopen(document, problems) }))
    : [{ name: `${project.name}.xml`, content: exportProject(project.name, project.documents, problems) }];
  return made.map(({ name, content }) => {
    if (content !== undefined) return { name, content };
    const first = problems.list().find(({ severity }) => severity === 'error');
    throw new HostError('UNSUPPORTED', `'${name}' can't be exported: ${first?.message ?? 'it can not be read'}`, {
      project: project.name,
    });
  });
}
