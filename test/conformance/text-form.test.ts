import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { lowerGraph } from '../../server/src/compiler/lower/lower-graph.js';
import { bodyText, replaceBody } from '../../server/src/compiler/plcopen/replace-body.js';
import { importPlcopen } from '../../server/src/compiler/plcopen/import.js';
import { createProblems } from '../../server/src/compiler/problems.js';
import { defaultProfile, findProfile, type Profile } from '../../server/src/compiler/profile.js';
import type { Body, PouDeclaration } from '../../server/src/compiler/syntax/ast.js';
import type { GraphBody } from '../../server/src/compiler/syntax/graph.js';
import { parseBody, printBody } from '../../server/src/compiler/text/text-form.js';
import { corpusFiles, describeCorpus } from '../support/corpus.js';
import { showExpression, showStatement } from '../support/show-statement.js';

const profiles = [defaultProfile, findProfile('matiec')!];

/** All that a drawing stands for: its statements, hidden variables, value and findings. */
function meaning(body: GraphBody, pou: PouDeclaration, profile: Profile): string[] {
  const problems = createProblems();
  const { statements, declarations, value } = lowerGraph(body, { problems, profile, scope: '', declared: { pou } });
  return [
    ...declarations.map(({ name }) => name),
    ...statements.map(showStatement),
    ...(value ? [showExpression(value)] : []),
    ...problems.list().map(({ code }) => code),
  ];
}

function bodiesOf(pou: PouDeclaration): Body[] {
  const conditions =
    pou.body?.kind === 'sfc'
      ? pou.body.transitions.flatMap(({ condition }) => (condition.kind === 'body' ? [condition.body] : []))
      : [];
  return [
    ...(pou.body ? [pou.body] : []),
    ...pou.actions.map(({ body }) => body),
    ...pou.transitions.map(({ body }) => body),
    ...conditions,
  ];
}

describeCorpus('the text form of the drawings and charts of the field', () => {
  const found = [...corpusFiles('first'), ...corpusFiles('plcopen')].flatMap((file) =>
    importPlcopen({ name: basename(file), content: readFileSync(file) }, createProblems()).declarations.flatMap(
      (declaration) =>
        declaration.kind === 'pou'
          ? bodiesOf(declaration).flatMap((body) =>
              body.kind === 'graph' || body.kind === 'sfc' ? [{ file: basename(file), pou: declaration, body }] : [],
            )
          : [],
    ),
  );

  it('covers many of both', () => {
    expect(found.filter(({ body }) => body.kind === 'graph').length).toBeGreaterThan(80);
    expect(found.filter(({ body }) => body.kind === 'sfc').length).toBeGreaterThan(30);
  });

  it('reads back to the same program', () => {
    const different = found.flatMap(({ file, pou, body }) => {
      const { language, text } = printBody(body);
      const problems = createProblems();
      const again = parseBody({ file, text, language, firstLine: 1, firstColumn: 1 }, problems);
      // Mistakes in expressions and statements are the document's own.
      const errors = problems
        .list()
        .filter(({ code, severity }) => severity === 'error' && code === 'E6040')
        .map(({ line, message }) => `line ${line}: ${message}`);
      const same =
        body.kind === 'graph' && again.kind === 'graph'
          ? profiles.every(
              (profile) => JSON.stringify(meaning(body, pou, profile)) === JSON.stringify(meaning(again, pou, profile)),
            )
          : printBody(again).text === text;
      return errors.length === 0 && same ? [] : [`${file} ${pou.name}: ${errors[0] ?? 'another program'}`];
    });
    expect(different).toEqual([]);
  });

  it('is written into its document as XML that reads back to the same text', () => {
    const different = [...corpusFiles('first'), ...corpusFiles('plcopen')].flatMap((file) => {
      const document = { name: basename(file), content: readFileSync(file) };
      const names = found
        .filter((one) => one.file === document.name && one.pou.body === one.body)
        .map(({ pou }) => pou.name);
      return names.flatMap((name) => {
        const problems = createProblems();
        const before = bodyText(document, name, problems)!;
        const changed = replaceBody(document, name, before.language, before.text, createProblems());
        const after =
          changed === undefined ? undefined : bodyText({ name: document.name, content: changed }, name, problems);
        // Numbers of elements in charts are given anew.
        const shape = (text: string | undefined) =>
          text
            ?.replace(/#\d+/g, '#')
            .split('\n')
            .filter((line) => line !== '')
            .sort()
            .join('\n');
        return changed === undefined || shape(after?.text) === shape(before.text) ? [] : [`${document.name} ${name}`];
      });
    });
    expect(different).toEqual([]);
  });
});
