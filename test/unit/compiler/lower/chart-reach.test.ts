import { importText, projectXml } from '../../../support/plcopen-document.js';
import { parseBody } from '../../../../server/src/compiler/text/text-form.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import { flattenChart } from '../../../../server/src/compiler/lower/sfc-chart.js';
import { checkChartReach } from '../../../../server/src/compiler/lower/rule-chart-reach.js';

function findings(text: string): string[] {
  const problems = createProblems();
  const body = parseBody({ file: 't', text, language: 'SFC', firstLine: 1, firstColumn: 1 }, problems);
  const chart = body.kind === 'sfc' ? flattenChart(body, problems) : undefined;
  if (chart) checkChartReach(chart, problems);
  return problems.list().map(({ code, line }) => `${code} ${line}`);
}

describe('the reach of a chart', () => {
  it.each<[string, string, string[]]>([
    ['a sequence', 'INITIAL STEP A\nSTEP B\nTRANSITION A -> B: x\nTRANSITION B -> A: x', []],
    [
      'parallel branches that join',
      'INITIAL STEP A\nSTEP B\nSTEP C\nTRANSITION A -> B + C: x\nTRANSITION B + C -> A: x',
      [],
    ],
    [
      'alternatives that join as if parallel',
      'INITIAL STEP A\nSTEP B\nSTEP C\nTRANSITION A -> B: x\nTRANSITION A -> C: y\nTRANSITION B + C -> A: x',
      ['W6007 6'],
    ],
    ['a step that nothing leads to', 'INITIAL STEP A\nSTEP B\nTRANSITION B -> A: x', ['W6007 2']],
  ])('is checked for %s', (_what, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it('is given up where a chart has very many states', () => {
    const width = 14;
    const steps = Array.from(
      { length: width },
      (_value, i) => `STEP A${i}\nSTEP B${i}\nTRANSITION A${i} -> B${i}: x\nTRANSITION B${i} -> A${i}: x\n`,
    );
    const started = process.cpuUsage();
    expect(
      findings(
        `INITIAL STEP S\n${steps.join('')}TRANSITION S -> ${Array.from({ length: width }, (_value, i) => `A${i}`).join(' + ')}: x`,
      ),
    ).toEqual([]);
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });
});

it('reads selections and simultaneous branches of a drawn chart', () => {
  const wire = (from: number) => `<connectionPointIn><connection refLocalId="${from}"/></connectionPointIn>`;
  const step = (id: number, name: string, from?: number, initial = false) =>
    `<step localId="${id}" name="${name}" initialStep="${initial}"><position x="${id}" y="0"/>${from === undefined ? '' : wire(from)}</step>`;
  const transition = (id: number, from: number, x = id) =>
    `<transition localId="${id}"><position x="${x}" y="0"/>${wire(from)}<condition><inline name=""><ST><xhtml xmlns="http://www.w3.org/1999/xhtml">t${id}</xhtml></ST></inline></condition></transition>`;
  const sfc = [
    step(1, 'A', undefined, true),
    `<selectionDivergence localId="2"><position x="0" y="0"/>${wire(1)}</selectionDivergence>`,
    transition(3, 2, 50),
    transition(4, 2, 10),
    `<simultaneousDivergence localId="5"><position x="0" y="0"/>${wire(3)}</simultaneousDivergence>`,
    step(6, 'B', 5),
    step(7, 'C', 5),
    `<simultaneousConvergence localId="8"><position x="0" y="0"/>${wire(6)}${wire(7)}</simultaneousConvergence>`,
    transition(9, 8),
    `<selectionConvergence localId="10"><position x="0" y="0"/>${wire(9)}${wire(4)}</selectionConvergence>`,
    `<jumpStep localId="11" targetName="A"><position x="0" y="0"/>${wire(10)}</jumpStep>`,
  ];
  const { unit, codes } = importText(
    projectXml({
      pous: `<pou name="main" pouType="program"><interface/><body><SFC>${sfc.join('')}</SFC></body></pou>`,
    }),
  );
  const pou = unit.declarations[0];
  expect(codes).toEqual([]);
  expect(
    pou?.kind === 'pou' &&
      pou.body?.kind === 'sfc' &&
      pou.body.transitions.map(({ from, to }) => `${from.join('+')}->${to.join('+')}`),
  ).toEqual(['A->A', 'A->B+C', 'B+C->A']);
});
