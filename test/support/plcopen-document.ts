import type { SourceUnit } from '../../server/src/compiler/syntax/ast.js';
import type { Diagnostic } from '../../server/src/model/diagnostic.js';
import { importPlcopen } from '../../server/src/compiler/plcopen/import.js';
import { createProblems } from '../../server/src/compiler/problems.js';

/** A small project around pieces of XML. */
export function projectXml(parts: {
  dataTypes?: string;
  pous?: string;
  configurations?: string;
  more?: string;
}): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<project xmlns="http://www.plcopen.org/xml/tc6_0201" xmlns:xhtml="http://www.w3.org/1999/xhtml">
<types><dataTypes>${parts.dataTypes ?? ''}</dataTypes><pous>${parts.pous ?? ''}</pous></types>
<instances><configurations>${parts.configurations ?? ''}</configurations></instances>${parts.more ?? ''}
</project>`;
}

/** A program `main` with BOOL variables of the given names and a body. */
export function programXml(variables: readonly string[], body: string, more = ''): string {
  const declared = variables.map((text) => {
    const [name, type = 'BOOL'] = text.split(':');
    const typeXml =
      /^[A-Z]+$/.test(type) && !/^(TON|R_TRIG|SR)$/.test(type) ? `<${type}/>` : `<derived name="${type}"/>`;
    return `<variable name="${name}"><type>${typeXml}</type></variable>`;
  });
  return `<pou name="main" pouType="program"><interface><localVars>${declared.join('')}</localVars></interface>${more}<body>${body}</body></pou>`;
}

export function importText(content: string | Uint8Array): {
  unit: SourceUnit;
  findings: readonly Diagnostic[];
  codes: readonly string[];
} {
  const problems = createProblems();
  const unit = importPlcopen({ name: 'test.xml', content }, problems);
  const findings = problems.list();
  return { unit, findings, codes: findings.map((finding) => finding.code) };
}
