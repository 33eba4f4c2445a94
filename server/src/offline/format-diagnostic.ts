import type { Diagnostic } from '../model/diagnostic.js';

/** `file:line:column: error E1203: message [in POU, contact 12 at 80,52]`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, code, message, pou, element } = diagnostic;
  const position = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  const where = [
    ...(pou === undefined ? [] : [pou]),
    ...(element ? [`${element.kind} ${element.localId} at ${element.x},${element.y}`] : []),
  ];
  return `${position}: ${severity} ${code}: ${message}${where.length > 0 ? ` [in ${where.join(', ')}]` : ''}`;
}
