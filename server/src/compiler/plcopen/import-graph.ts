import type { GraphicElement, SourceSpan } from '../../model/source-span.js';
import type { Expression } from '../syntax/ast.js';
import type { GraphBody, GraphElement, Pin, StorageModifier, Wire } from '../syntax/graph.js';
import type { Place } from './import-place.js';
import { attributeText, booleanAttribute, programText, report, spanOf, vendorData } from './import-place.js';
import { parseExpressionText, parseStatementsText } from './parse-text.js';
import { numberRungs } from '../lower/rung-numbers.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed, childrenNamed, numberAttribute, plainText } from './xml-tree.js';

/** Elements of a graphical body; those of SFC are import-sfc's. Problems are reported; what can't be read is left out. */
export function importGraph(place: Place, content: XmlElement): GraphBody {
  const language = place.language === 'LD' || place.language === 'CFC' ? place.language : 'FBD';
  return { kind: 'graph', language, elements: importGraphElements(place, content.children) };
}

export function importGraphElements(place: Place, children: readonly XmlElement[]): readonly GraphElement[] {
  const seen = new Set<string>();
  const drawn = children.flatMap((element): XmlElement[] => {
    // Nothing refers to a comment, so it may go without a number.
    if (element.name === 'comment' && !element.attributes.has('localId')) return [];
    const id = localIdOf(place, element);
    if (id === undefined) return [];
    if (seen.has(id)) {
      report(place, 'E6002', element, `The localId ${id} stands twice in this body; give each element its own.`);
      return [];
    }
    seen.add(id);
    return [element];
  });
  const rungs = numberRungs(
    drawn.map((element) => {
      const { localId, x, y } = graphicOf(element);
      return { id: BigInt(localId).toString(), x, y, from: referencesOf(element), apart: apart.has(element.name) };
    }),
  );
  return drawn.flatMap((element, i) => importElement(place, element, rungs[i]) ?? []);
}

const apart = new Set(['leftPowerRail', 'rightPowerRail', 'comment', 'vendorElement']);

function referencesOf(element: XmlElement): readonly string[] {
  const found: string[] = [];
  const stack = [...element.children];
  while (stack.length > 0) {
    const child = stack.pop()!;
    if (child.name === 'connection') found.push(sameNumber(child.attributes.get('refLocalId')?.trim() ?? ''));
    else if (child.name !== 'addData') for (const inner of child.children) stack.push(inner);
  }
  return found;
}

/** Zeros in front don't make another number. */
const sameNumber = (id: string): string => (/^\d+$/.test(id) ? BigInt(id).toString() : id);

export function localIdOf(place: Place, element: XmlElement): string | undefined {
  const id = element.attributes.get('localId')?.trim();
  if (id !== undefined && /^\d+$/.test(id)) return BigInt(id).toString();
  const shown = id === undefined ? 'no localId' : `the localId "${id}"`;
  report(place, 'E6003', element, `<${element.name}> has ${shown}; it needs a whole number.`);
  return undefined;
}

export function graphicOf(element: XmlElement, rung?: number): GraphicElement {
  const position = childNamed(element, 'position');
  return {
    localId: element.attributes.get('localId')?.trim() ?? '',
    kind: element.name,
    x: numberAttribute(position, 'x') ?? 0,
    y: numberAttribute(position, 'y') ?? 0,
    ...(rung !== undefined && { rung }),
  };
}

/** Span of a graphical element, which names it. */
export function chartSpan(place: Place, element: XmlElement): SourceSpan {
  return { ...spanOf(place, element), source: { ...place.source, element: graphicOf(element) } };
}

/** Wires into one `connectionPointIn`; each source once. */
export function wiresOf(points: readonly XmlElement[]): readonly Wire[] {
  const wires = new Map<string, Wire>();
  for (const point of points) {
    for (const connection of childrenNamed(point, 'connection')) {
      const id = sameNumber(connection.attributes.get('refLocalId')?.trim() ?? '');
      const parameter = connection.attributes.get('formalParameter')?.trim() ?? '';
      const wire: Wire = parameter === '' ? { from: id } : { from: id, parameter };
      wires.set(`${id} ${parameter}`, wire);
    }
  }
  return [...wires.values()];
}

const inputOf = (element: XmlElement): readonly Wire[] => wiresOf(childrenNamed(element, 'connectionPointIn'));

const storageOf = (element: XmlElement, name = 'storage'): StorageModifier => {
  const value = element.attributes.get(name);
  return value === 'set' || value === 'reset' ? value : 'none';
};
const edgeOf = (element: XmlElement, name = 'edge'): { edge?: 'rising' | 'falling' } => {
  const value = element.attributes.get(name);
  return value === 'rising' || value === 'falling' ? { edge: value } : {};
};

/** Undefined for what draws nothing, or after an error was reported. */
function importElement(place: Place, element: XmlElement, rung: number | undefined): GraphElement | undefined {
  const graphic = graphicOf(element, rung);
  const order = numberAttribute(element, 'executionOrderId');
  const span = { ...spanOf(place, element), source: { ...place.source, element: graphic } };
  const base = {
    id: BigInt(graphic.localId).toString(),
    element: graphic,
    span,
    ...(order !== undefined && { order }),
  };
  const negated = booleanAttribute(element, 'negated');
  const expressionIn = (child: string): Expression | undefined => {
    const holder = childNamed(element, child);
    const text = plainText(place.document, holder);
    if (place.oddNames?.has(text)) return { kind: 'name', name: text, span };
    if (holder && text !== '') return parseExpressionText(place, programText(place, holder, graphic));
    place.problems.report('E6008', span, `This ${element.name} has no ${child}; name one.`);
    return undefined;
  };
  switch (element.name) {
    case 'leftPowerRail':
      return { ...base, kind: 'leftRail' };
    case 'rightPowerRail':
      return { ...base, kind: 'rightRail', input: inputOf(element) };
    case 'contact': {
      const variable = expressionIn('variable');
      return variable && { ...base, kind: 'contact', variable, negated, ...edgeOf(element), input: inputOf(element) };
    }
    case 'coil': {
      const variable = expressionIn('variable');
      return (
        variable && {
          ...base,
          kind: 'coil',
          variable,
          negated,
          ...edgeOf(element),
          storage: storageOf(element),
          input: inputOf(element),
        }
      );
    }
    case 'inVariable': {
      const expression = expressionIn('expression');
      return (
        expression && {
          ...base,
          kind: 'inVariable',
          expression,
          negated,
          ...edgeOf(element),
          storage: storageOf(element),
        }
      );
    }
    case 'outVariable': {
      const expression = expressionIn('expression');
      return (
        expression && {
          ...base,
          kind: 'outVariable',
          expression,
          negated,
          ...edgeOf(element),
          storage: storageOf(element),
          input: inputOf(element),
        }
      );
    }
    case 'inOutVariable': {
      const expression = expressionIn('expression');
      if (!expression) return undefined;
      const negatedIn = booleanAttribute(element, 'negatedIn');
      const negatedOut = booleanAttribute(element, 'negatedOut');
      return {
        ...base,
        kind: 'inOutVariable',
        expression,
        negatedIn,
        negatedOut,
        storage: storageOf(element, 'storageIn'),
        input: inputOf(element),
      };
    }
    case 'connector':
      return {
        ...base,
        kind: 'connector',
        name: element.attributes.get('name')?.trim() ?? '',
        input: inputOf(element),
      };
    case 'continuation':
      return { ...base, kind: 'continuation', name: element.attributes.get('name')?.trim() ?? '' };
    case 'jump':
      return {
        ...base,
        kind: 'jump',
        label: element.attributes.get('label')?.trim() ?? '',
        negated: negated || vendorNegated(element),
        input: inputOf(element),
      };
    case 'label':
      return { ...base, kind: 'label', label: element.attributes.get('label')?.trim() ?? '' };
    case 'return':
      return { ...base, kind: 'return', negated: negated || vendorNegated(element), input: inputOf(element) };
    case 'comment':
      return { ...base, kind: 'comment', text: plainText(place.document, childNamed(element, 'content')) };
    case 'block':
      return importBlock(place, element, base);
    case 'vendorElement':
      importVendorElement(place, element);
      return undefined;
    default:
      place.problems.report(
        'E6012',
        span,
        `A <${element.name}> is not supported in ${place.language}; draw it with the elements of TC6.`,
      );
      return undefined;
  }
}

/** `<negated value="true"/>` in the vendor data of Bachmann jumps and returns. */
const vendorNegated = (element: XmlElement): boolean =>
  vendorData(element).some(({ data }) =>
    data.children.some((child) => child.name === 'negated' && booleanAttribute(child, 'value')),
  );

/** Titles of networks and settings of an editor draw nothing; anything else might compute, so it is refused. */
function importVendorElement(place: Place, element: XmlElement): void {
  const kinds = vendorData(element).map(({ name, data }) =>
    name === 'fbdelementtype' ? plainText(place.document, data) : name,
  );
  if (kinds.every((kind) => ['networktitle', 'networkcomment', 'fbd/implementationattributes'].includes(kind))) return;
  report(
    place,
    'E6012',
    element,
    `The vendor element "${plainText(place.document, childNamed(element, 'alternativeText')) || kinds.join(', ')}" is not supported.`,
  );
}

type Base = Pick<GraphElement, 'id' | 'element' | 'span' | 'order'>;

function importBlock(place: Place, element: XmlElement, base: Base): GraphElement | undefined {
  const typeName = element.attributes.get('typeName')?.trim() ?? '';
  const instanceName = element.attributes.get('instanceName')?.trim() ?? '';
  const code = vendorData(element).find(({ name }) => name === 'stcode')?.data;
  if (typeName === '' && !code) {
    place.problems.report(
      'E6011',
      base.span,
      'This block has no typeName; name the function or function block that it calls.',
    );
    return undefined;
  }
  const instance =
    instanceName === ''
      ? undefined
      : parseExpressionText(place, { ...attributeText(place, element, 'instanceName'), element: base.element });
  if (instanceName !== '' && !instance) return undefined;
  const pins = (list: string): readonly XmlElement[] => childrenNamed(childNamed(element, list), 'variable');
  const pin = (variable: XmlElement): Pin => {
    const points = childrenNamed(variable, 'connectionPointIn');
    const holder = points
      .map((point) => childNamed(point, 'expression'))
      .find((found) => found && plainText(place.document, found) !== '');
    const expression = holder && parseExpressionText(place, programText(place, holder, base.element));
    return {
      name: variable.attributes.get('formalParameter')?.trim() ?? '',
      negated: booleanAttribute(variable, 'negated'),
      ...edgeOf(variable),
      wires: wiresOf(points),
      ...(expression && { expression }),
    };
  };
  const outputs = pins('outputVariables').map((variable) => {
    const holder = childNamed(childNamed(variable, 'connectionPointOut'), 'expression');
    const expression =
      holder && plainText(place.document, holder) !== ''
        ? parseExpressionText(place, programText(place, holder, base.element))
        : undefined;
    return {
      name: variable.attributes.get('formalParameter')?.trim() ?? '',
      negated: booleanAttribute(variable, 'negated'),
      ...edgeOf(variable),
      storage: storageOf(variable),
      ...(expression && { expression }),
    };
  });
  const statements = code && parseStatementsText(place, programText(place, code, base.element));
  const operator = vendorData(element).some(
    ({ name, data }) => name.endsWith('calltype') && plainText(place.document, data) === 'operator',
  );
  return {
    ...base,
    kind: 'block',
    typeName,
    ...(instance && { instance }),
    inputs: pins('inputVariables').map(pin),
    inOuts: pins('inOutVariables').map(pin),
    outputs,
    ...(operator && { operator }),
    ...(statements && { statements }),
  };
}
