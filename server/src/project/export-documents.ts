import { HostError } from '../model/host-error.js';
import { isXml } from './pou-source.js';
import type { Project, SourceDocument } from './project.js';

/** The documents of an export. A PLCopen project is given as it is, with what was not understood in it. */
export function exportDocuments(project: Project, format: 'documents' | 'plcopen'): readonly SourceDocument[] {
  if (format === 'documents' || project.documents.every(isXml)) return project.documents;
  throw new HostError(
    'UNSUPPORTED',
    `'${project.name}' has documents of plain text, and no PLCopen document can be made of them yet; export the documents.`,
    {
      project: project.name,
    },
  );
}
