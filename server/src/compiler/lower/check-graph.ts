import { foldName } from '../../model/identifier.js';
import type { Problems } from '../problems.js';
import type { GraphBody, GraphElement } from '../syntax/graph.js';
import { wiresInto } from './graph-order.js';

/** Reports what makes a drawing meaningless: wires from nowhere, names that don't pair up. False where it can't be lowered. */
export function checkGraph(body: GraphBody, problems: Problems): boolean {
  const before = problems.errorCount;
  const byId = new Map(body.elements.map((element) => [element.id, element]));
  for (const element of body.elements) checkWires(element, byId, problems);
  checkNames(body, problems);
  return problems.errorCount === before;
}

function checkWires(element: GraphElement, byId: ReadonlyMap<string, GraphElement>, problems: Problems): void {
  for (const wire of wiresInto(element)) {
    const source = byId.get(wire.from);
    if (!source) {
      problems.report(
        'E6001',
        element.span,
        `A wire of this ${element.element.kind} comes from the element ${wire.from || '(none)'}, which this body doesn't have; connect it again.`,
      );
      continue;
    }
    switch (source.kind) {
      case 'outVariable':
      case 'rightRail':
      case 'jump':
      case 'label':
      case 'return':
      case 'comment':
        problems.report(
          'E6010',
          element.span,
          `A wire of this ${element.element.kind} comes from the ${source.element.kind} ${source.id}, which gives no value; connect it to another element.`,
        );
        break;
      case 'block': {
        const { parameter } = wire;
        const pins = [...source.outputs, ...source.inOuts, ...source.inputs];
        if (
          parameter !== undefined &&
          source.outputs.length > 0 &&
          !pins.some((pin) => foldName(pin.name) === foldName(parameter))
        ) {
          problems.report(
            'E6009',
            element.span,
            `A wire of this ${element.element.kind} comes from the output ${parameter} of the block ${source.id}, which ${source.typeName} is drawn without; connect it to one of its outputs.`,
          );
        }
        break;
      }
      default:
    }
  }
}

function checkNames(body: GraphBody, problems: Problems): void {
  const labels = new Map<string, GraphElement>();
  const connectors = new Set<string>();
  for (const element of body.elements) {
    if (element.kind === 'label') {
      if (labels.has(foldName(element.label)))
        problems.report(
          'E6007',
          element.span,
          `The label ${element.label} stands twice in this body; name one of them differently.`,
        );
      labels.set(foldName(element.label), element);
    } else if (element.kind === 'connector' && element.name !== '') {
      if (connectors.has(foldName(element.name)))
        problems.report(
          'E6005',
          element.span,
          `The connector ${element.name} stands twice in this body; name one of them differently.`,
        );
      connectors.add(foldName(element.name));
    }
  }
  for (const element of body.elements) {
    if (element.kind === 'jump' && !labels.has(foldName(element.label))) {
      problems.report(
        'E6006',
        element.span,
        `The jump leads to the label ${element.label}, which this body doesn't have; draw it or change the jump.`,
      );
    } else if (element.kind === 'continuation' && !connectors.has(foldName(element.name))) {
      problems.report(
        'E6005',
        element.span,
        `The continuation ${element.name} has no connector of that name in this body; draw one.`,
      );
    }
  }
}
