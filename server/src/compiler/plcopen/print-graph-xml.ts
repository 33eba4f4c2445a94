import { textOfExpression } from '../text/span-text.js';
import type { Expression } from '../syntax/ast.js';
import type { GraphBody, GraphElement, Pin, StorageModifier, Wire } from '../syntax/graph.js';
import { escapeAttribute, escapeText } from './xml-write.js';

type Of<K extends GraphElement['kind']> = Extract<GraphElement, { kind: K }>;

/** Elements of a drawing as TC6 XML. Their numbers must be whole numbers, as those of TC6 and of the text form are. */
export function graphElementsXml(elements: readonly GraphElement[]): string {
  return elements.map(elementXml).join('\n');
}

/** The children of a `body` element. CFC is the vendor data of CODESYS beside an empty body, for TC6 has none. */
export function graphBodyXml(body: GraphBody): string {
  const content = graphElementsXml(body.elements);
  if (body.language !== 'CFC') return `<${body.language}>\n${content}\n</${body.language}>`;
  return `<ST><xhtml xmlns="http://www.w3.org/1999/xhtml"/></ST><addData><data name="http://www.3s-software.com/plcopenxml/cfc" handleUnknown="implementation"><CFC>\n${content}\n</CFC></data></addData>`;
}

const position = (element: GraphElement): string => `<position x="${element.element.x}" y="${element.element.y}"/>`;
const expressionText = (expression: Expression): string =>
  escapeText(textOfExpression(expression).replace(/^`(.*)`$/, '$1'));
const out = '<connectionPointOut/>';

function pointIn(wires: readonly Wire[]): string {
  const connections = wires.map(
    ({ from, parameter }) =>
      `<connection refLocalId="${from}"${parameter === undefined ? '' : ` formalParameter="${escapeAttribute(parameter)}"`}/>`,
  );
  return connections.length === 0
    ? '<connectionPointIn/>'
    : `<connectionPointIn>${connections.join('')}</connectionPointIn>`;
}
const flag = (name: string, value: boolean | undefined): string => (value === true ? ` ${name}="true"` : '');
const edge = (value: 'rising' | 'falling' | undefined, name = 'edge'): string => (value ? ` ${name}="${value}"` : '');
const storage = (value: StorageModifier | undefined, name = 'storage'): string =>
  value === undefined || value === 'none' ? '' : ` ${name}="${value}"`;
const order = (element: GraphElement): string =>
  element.order === undefined ? '' : ` executionOrderId="${element.order}"`;

function elementXml(element: GraphElement): string {
  const id = `localId="${element.id}"${order(element)}`;
  const place = position(element);
  switch (element.kind) {
    case 'leftRail':
      return `<leftPowerRail ${id}>${place}<connectionPointOut formalParameter=""/></leftPowerRail>`;
    case 'rightRail':
      return `<rightPowerRail ${id}>${place}${pointIn(element.input)}</rightPowerRail>`;
    case 'contact':
      return `<contact ${id}${flag('negated', element.negated)}${edge(element.edge)}>${place}${pointIn(element.input)}${out}<variable>${expressionText(element.variable)}</variable></contact>`;
    case 'coil':
      return `<coil ${id}${flag('negated', element.negated)}${edge(element.edge)}${storage(element.storage)}>${place}${pointIn(element.input)}${out}<variable>${expressionText(element.variable)}</variable></coil>`;
    case 'inVariable':
      return `<inVariable ${id}${flag('negated', element.negated)}${edge(element.edge)}${storage(element.storage)}>${place}${out}<expression>${expressionText(element.expression)}</expression></inVariable>`;
    case 'outVariable':
      return `<outVariable ${id}${flag('negated', element.negated)}${edge(element.edge)}${storage(element.storage)}>${place}${pointIn(element.input)}<expression>${expressionText(element.expression)}</expression></outVariable>`;
    case 'inOutVariable':
      return `<inOutVariable ${id}${flag('negatedIn', element.negatedIn)}${storage(element.storage, 'storageIn')}${flag('negatedOut', element.negatedOut)}>${place}${pointIn(element.input)}${out}<expression>${expressionText(element.expression)}</expression></inOutVariable>`;
    case 'connector':
      return `<connector name="${escapeAttribute(element.name)}" localId="${element.id}">${place}${pointIn(element.input)}</connector>`;
    case 'continuation':
      return `<continuation name="${escapeAttribute(element.name)}" localId="${element.id}">${place}${out}</continuation>`;
    case 'jump':
      return `<jump ${id} label="${escapeAttribute(element.label)}">${place}${pointIn(element.input)}${negatedFlow(element.negated)}</jump>`;
    case 'return':
      return `<return ${id}>${place}${pointIn(element.input)}${negatedFlow(element.negated)}</return>`;
    case 'label':
      return `<label ${id} label="${escapeAttribute(element.label)}">${place}</label>`;
    case 'comment':
      return `<comment localId="${element.id}" height="20" width="${10 + 6 * Math.min(100, element.text.length)}">${place}<content><xhtml xmlns="http://www.w3.org/1999/xhtml">${escapeText(element.text)}</xhtml></content></comment>`;
    case 'block':
      return blockXml(element, id, place);
  }
}

/** TC6 has no negated jumps; the vendor data of Bachmann has. */
const negatedFlow = (negated: boolean | undefined): string =>
  negated === true
    ? '<addData><data name="www.bachmann.at/plc/plcopenxml" handleUnknown="implementation"><negated value="true"/></data></addData>'
    : '';

function blockXml(block: Of<'block'>, id: string, place: string): string {
  const pin = (p: Pin): string => {
    const inner = p.expression
      ? `<connectionPointIn><expression>${expressionText(p.expression)}</expression></connectionPointIn>`
      : pointIn(p.wires);
    return `<variable formalParameter="${escapeAttribute(p.name)}"${flag('negated', p.negated)}${edge(p.edge)}>${inner}</variable>`;
  };
  const outputs = block.outputs.map((output) => {
    const point = output.expression
      ? `<connectionPointOut><expression>${expressionText(output.expression)}</expression></connectionPointOut>`
      : out;
    return `<variable formalParameter="${escapeAttribute(output.name)}"${flag('negated', output.negated)}${edge(output.edge)}${storage(output.storage)}>${point}</variable>`;
  });
  const vendor = (name: string, content: string): string =>
    `<data name="http://www.3s-software.com/plcopenxml/${name}" handleUnknown="implementation">${content}</data>`;
  const extra = [
    block.operator ? vendor('fbdcalltype', '<CallType xmlns="">operator</CallType>') : '',
    block.statements ? vendor('stcode', `<STCode xmlns="">${escapeText(textOfStatements(block))}</STCode>`) : '',
  ].join('');
  const instance = block.instance ? ` instanceName="${escapeAttribute(textOfExpression(block.instance))}"` : '';
  return [
    `<block ${id} typeName="${escapeAttribute(block.typeName)}"${instance}>${place}`,
    `<inputVariables>${block.inputs.map(pin).join('')}</inputVariables>`,
    `<inOutVariables>${block.inOuts.map(pin).join('')}</inOutVariables>`,
    `<outputVariables>${outputs.join('')}</outputVariables>`,
    `${extra === '' ? '' : `<addData>${extra}</addData>`}</block>`,
  ].join('');
}

function textOfStatements(block: Of<'block'>): string {
  const first = block.statements?.[0]?.span;
  const last = block.statements?.at(-1)?.span;
  return first && last ? `${first.source.text.slice(first.start, last.end)};` : '';
}
