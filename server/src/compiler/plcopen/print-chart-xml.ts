import { foldName } from '../../model/identifier.js';
import { textBetween, textOfExpression } from '../text/span-text.js';
import type { Body, Expression, SfcAssociation, SfcBody, SfcStep, SfcTransition } from '../syntax/ast.js';
import type { GraphBody, Wire } from '../syntax/graph.js';
import { graphBodyXml, graphElementsXml } from './print-graph-xml.js';
import { escapeAttribute, escapeText } from './xml-write.js';

/** The `SFC` element of a chart, laid out from top to bottom. A step that is reached a second time is reached by a jump. */
export function chartXml(body: SfcBody): string {
  return new ChartWriter(body).write();
}

/** The children of a `body` or `inline` element, for a body in any language. */
export function bodyXml(body: Body): string {
  switch (body.kind) {
    case 'graph':
      return graphBodyXml(body);
    case 'sfc':
      return chartXml(body);
    case 'statements':
      return `<ST><xhtml xmlns="http://www.w3.org/1999/xhtml">${escapeText(textBetween(body.statements.map(({ span }) => span)))}</xhtml></ST>`;
    case 'il':
      return `<IL><xhtml xmlns="http://www.w3.org/1999/xhtml">${escapeText(textBetween(body.instructions.map(({ span }) => span)))}</xhtml></IL>`;
  }
}

const rowHeight = 60;
const columnWidth = 160;

class ChartWriter {
  private readonly lines: string[] = [];
  private readonly steps = new Map<string, string>();
  private readonly reached = new Set<string>();
  /** Wires into a step, where a transition above it leads straight to it. */
  private readonly into = new Map<string, string>();
  private nextId = 1;
  private y = 0;

  constructor(private readonly body: SfcBody) {}

  write(): string {
    for (const step of this.body.steps) this.steps.set(foldName(step.name), this.id());
    // Initial steps begin the chart; whatever leads back to them jumps.
    for (const step of this.body.steps) if (step.initial) this.reached.add(foldName(step.name));
    const transitions = this.body.transitions.map((transition, i) => this.transition(transition, i));
    for (const step of this.body.steps) this.step(step);
    return `<SFC>\n${[...this.lines, ...transitions].join('\n')}\n</SFC>`;
  }

  private id(): string {
    this.nextId += 1;
    return String(this.nextId - 1);
  }
  private place(x = 0): string {
    this.y += rowHeight;
    return `<position x="${x}" y="${this.y}"/>`;
  }

  private step(step: SfcStep): void {
    const id = this.steps.get(foldName(step.name))!;
    const source = this.into.get(foldName(step.name));
    const pointIn =
      source === undefined ? '' : `<connectionPointIn><connection refLocalId="${source}"/></connectionPointIn>`;
    const name = `name="${escapeAttribute(step.name)}"`;
    if (step.macro) {
      this.lines.push(
        `<macroStep localId="${id}" ${name}>${this.place()}${pointIn}<connectionPointOut/><body>${chartXml(step.macro)}</body></macroStep>`,
      );
    } else {
      const attached = attachedActions(step.associations);
      this.lines.push(
        `<step localId="${id}" ${name}${step.initial ? ' initialStep="true"' : ''}>${this.place()}${pointIn}<connectionPointOut formalParameter="sfc"/><connectionPointOutAction formalParameter=""/>${attached || (this.body.dialect === 'codesys' ? vendorAttributes('') : '')}</step>`,
      );
    }
    const actions = step.associations.filter(({ ofStep }) => !ofStep).map((association) => this.action(association));
    if (actions.length === 0) return;
    const place = `<position x="${columnWidth}" y="${this.y}"/>`;
    this.lines.push(
      `<actionBlock localId="${this.id()}">${place}<connectionPointIn><connection refLocalId="${id}"/></connectionPointIn>${actions.join('')}</actionBlock>`,
    );
  }

  private action(association: SfcAssociation): string {
    const duration = association.duration ? ` duration="${attribute(association.duration)}"` : '';
    const indicator = association.indicator ? ` indicator="${attribute(association.indicator)}"` : '';
    const { action } = association;
    const content =
      action.kind === 'named'
        ? `<reference name="${escapeAttribute(action.name)}"/>`
        : `<inline>${bodyXml(action.body)}</inline>`;
    return `<action localId="${this.id()}" qualifier="${association.qualifier}"${duration}${indicator}><relPosition x="0" y="0"/>${content}</action>`;
  }

  private transition(transition: SfcTransition, index: number): string {
    const id = this.id();
    const before = transition.from.map((name) => this.steps.get(foldName(name)) ?? '');
    const parts: string[] = [];
    let source = before[0] ?? '';
    // Transitions of one step are tried from left to right.
    const x = index * 10;
    if (before.length > 1) {
      source = this.id();
      const points = before.map((step) => `<connectionPointIn><connection refLocalId="${step}"/></connectionPointIn>`);
      parts.push(
        `<simultaneousConvergence localId="${source}">${this.place(x)}${points.join('')}<connectionPointOut/></simultaneousConvergence>`,
      );
    }
    const priority = transition.priority === undefined ? '' : ` priority="${transition.priority}"`;
    const condition = this.condition(transition.condition, parts);
    parts.push(
      `<transition localId="${id}"${priority}>${this.place(x)}<connectionPointIn><connection refLocalId="${source}"/></connectionPointIn><connectionPointOut/><condition${transition.negated ? ' negated="true"' : ''}>${condition}</condition></transition>`,
    );
    let above = id;
    if (transition.to.length > 1) {
      above = this.id();
      parts.push(
        `<simultaneousDivergence localId="${above}">${this.place(x)}<connectionPointIn><connection refLocalId="${id}"/></connectionPointIn>${'<connectionPointOut formalParameter=""/>'.repeat(transition.to.length)}</simultaneousDivergence>`,
      );
    }
    for (const name of transition.to) {
      const key = foldName(name);
      if (!this.reached.has(key)) {
        this.reached.add(key);
        this.into.set(key, above);
      } else {
        parts.push(
          `<jumpStep localId="${this.id()}" targetName="${escapeAttribute(name)}">${this.place(x)}<connectionPointIn><connection refLocalId="${above}"/></connectionPointIn></jumpStep>`,
        );
      }
    }
    return parts.join('\n');
  }

  private condition(condition: SfcTransition['condition'], parts: string[]): string {
    switch (condition.kind) {
      case 'named':
        return `<reference name="${escapeAttribute(condition.name)}"/>`;
      case 'expression':
        return `<inline name=""><ST><xhtml xmlns="http://www.w3.org/1999/xhtml">${escapeText(textOfExpression(condition.expression))}</xhtml></ST></inline>`;
      case 'body':
        if (condition.body.kind !== 'graph' || !condition.body.result)
          return `<inline name="">${bodyXml(condition.body)}</inline>`;
        return this.drawnCondition(condition.body, condition.body.result, parts);
    }
  }

  /** A drawn condition stands in the chart itself, under numbers of the chart. */
  private drawnCondition(body: GraphBody, result: readonly Wire[], parts: string[]): string {
    const ids = new Map(body.elements.map((element) => [element.id, this.id()]));
    const wires = (list: readonly Wire[]): readonly Wire[] =>
      list.map((wire) => ({ ...wire, from: ids.get(wire.from) ?? wire.from }));
    const elements = body.elements.map((element) => {
      const own = { ...element, id: ids.get(element.id)! };
      if (own.kind === 'block')
        return {
          ...own,
          inputs: own.inputs.map((pin) => ({ ...pin, wires: wires(pin.wires) })),
          inOuts: own.inOuts.map((pin) => ({ ...pin, wires: wires(pin.wires) })),
        };
      return 'input' in own ? { ...own, input: wires(own.input) } : own;
    });
    parts.push(graphElementsXml(elements));
    const connections = wires(result).map(
      ({ from, parameter }) =>
        `<connection refLocalId="${from}"${parameter === undefined ? '' : ` formalParameter="${escapeAttribute(parameter)}"`}/>`,
    );
    return `<connectionPointIn>${connections.join('')}</connectionPointIn>`;
  }
}

const attribute = (expression: Expression): string => escapeAttribute(textOfExpression(expression));

/** Actions that CODESYS attaches to a step: attributes of the step, by what they are. */
const guids: Partial<Readonly<Record<SfcAssociation['qualifier'], string>>> = {
  P1: 'a6b08bd8-b696-47e3-9cbf-7408b61c9ff8',
  N: '700a583f-b4d4-43e4-8c14-629c7cd3bec8',
  P0: 'a2621e18-7de3-4ea6-ae6d-89e9e0b7befd',
};

function attachedActions(associations: readonly SfcAssociation[]): string {
  const attributes = associations.flatMap(({ ofStep, qualifier, action }) => {
    const guid = guids[qualifier];
    return ofStep && guid !== undefined && action.kind === 'named'
      ? [`<attribute guid="${guid}">${escapeText(action.name)}</attribute>`]
      : [];
  });
  return attributes.length === 0 ? '' : vendorAttributes(attributes.join(''));
}

function vendorAttributes(attributes: string): string {
  return `<addData><data name="http://www.3s-software.com/plcopenxml/sfc/element" handleUnknown="implementation"><attributes xmlns="">${attributes}</attributes></data></addData>`;
}
