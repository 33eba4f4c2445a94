import type { Diagnostic } from '../model/diagnostic.js';
import { formatDiagnostic } from './format-diagnostic.js';

export function formatDiagnosticLines(diagnostics: readonly Diagnostic[]): string[] {
  const errors = diagnostics.filter((d) => d.severity === 'error').length;
  return [...diagnostics.map(formatDiagnostic), `${errors} error${errors === 1 ? '' : 's'}`];
}

export interface ReportedCase {
  readonly name: string;
  readonly ms: number;
  readonly failure?: string;
}

/** A JUnit report (the schema that CI servers read: testsuites, testsuite, testcase, failure). */
export function junitReport(suite: string, cases: readonly ReportedCase[], error?: string): string {
  const failures = cases.filter((c) => c.failure !== undefined).length;
  const rows = cases.map((c) => {
    const head = `    <testcase name="${escapeXml(c.name)}" classname="${escapeXml(suite)}" time="${(c.ms / 1000).toFixed(3)}"`;
    return c.failure === undefined
      ? `${head}/>`
      : `${head}><failure message="${escapeXml(c.failure.slice(0, 2000))}"/></testcase>`;
  });
  const total = (cases.reduce((sum, c) => sum + c.ms, 0) / 1000).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${escapeXml(suite)}" tests="${cases.length}" failures="${failures}" errors="${error === undefined ? 0 : 1}" time="${total}">`,
    ...rows,
    ...(error === undefined ? [] : [`    <system-err>${escapeXml(error)}</system-err>`]),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function escapeXml(text: string): string {
  return text
    .replace(/\p{Cc}|[\ufffe\uffff]/gu, (c) => (c === '\t' || c === '\n' ? c : '\ufffd'))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
