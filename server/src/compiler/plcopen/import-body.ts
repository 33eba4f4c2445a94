import type { Body } from '../syntax/ast.js';
import type { GraphBody, GraphElement, Wire } from '../syntax/graph.js';
import { foreignProgram } from './foreign-program.js';
import type { Place } from './import-place.js';
import { programText, report, spanOf, speaking, vendorDataNamed } from './import-place.js';
import { importGraph } from './import-graph.js';
import { importSfc } from './import-sfc.js';
import { parseExpressionText, parseInstructionsText, parseStatementsBodyText } from './parse-text.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed, childrenNamed, descend } from './xml-tree.js';

/**
 * The body of a POU, action, transition, method or accessor; several `body` elements are worksheets of one. Undefined where
 * there is none, or after an error was reported.
 */
export function importBody(place: Place, owner: XmlElement): Body | undefined {
  const bodies = childrenNamed(owner, 'body').flatMap((element) => importOneBody(place, element) ?? []);
  return bodies.length > 1 ? joinWorksheets(place, owner, bodies) : bodies[0];
}

/** A body whose language elements are children of `element`: `body`, or `inline` of an action or transition. */
export function importOneBody(place: Place, element: XmlElement): Body | undefined {
  const cfc = vendorDataNamed(element, 'cfc').flatMap((data) => data.children)[0];
  if (cfc) return importGraph(speaking(place, 'CFC'), cfc);
  const content = element.children.find((child) => child.name !== 'addData' && child.name !== 'documentation');
  if (!content) return { kind: 'statements', language: 'ST', statements: [] };
  // PC WORX has the sheets within the language, each around what it draws or says; other tools have networks there.
  const sheets = sheetsOf(content);
  if (sheets.length === 0) return importContent(place, content.name, content);
  const bodies = sheets.flatMap((sheet) => importContent(place, content.name, withoutTitle(sheet)) ?? []);
  return bodies.length > 1 ? joinWorksheets(place, element, bodies) : bodies[0];
}

/** Sheets of PC WORX within an element of a language; other tools have networks instead. */
export const sheetsOf = (language: XmlElement): readonly XmlElement[] =>
  language.children.filter(({ name }) => name === 'worksheet' || name === 'network');

/** A network may have a title of its own. */
const withoutTitle = (sheet: XmlElement): XmlElement => ({
  ...sheet,
  children: sheet.children.filter(({ name }) => !['name', 'title', 'description'].includes(name)),
});

/** What `content` holds, in the language of that name. */
function importContent(place: Place, language: string, content: XmlElement): Body | undefined {
  switch (language.toUpperCase()) {
    case 'ST':
      return importStatements(speaking(place, 'ST'), content);
    case 'IL':
      return { kind: 'il', instructions: parseInstructionsText(place, programText(speaking(place, 'IL'), content)) };
    case 'LD':
      return importGraph(speaking(place, 'LD'), content);
    case 'FBD':
      return importGraph(speaking(place, 'FBD'), content);
    case 'CFC':
      return importGraph(speaking(place, 'CFC'), content);
    case 'SFC':
      return importSfc(speaking(place, 'SFC'), content);
    default:
      report(
        place,
        'E0016',
        content,
        `A body in ${language} is not supported; write it in ST, IL, LD, FBD, SFC or CFC.`,
      );
      return undefined;
  }
}

/**
 * The body of a transition: text that is only its expression, with or without `:=`, becomes an assignment to its name, which is
 * how all other bodies give its value.
 */
export function importTransitionBody(place: Place, owner: XmlElement, name: string): Body | undefined {
  const text = descend(owner, 'body', 'ST');
  if (!text) return importBody(place, owner);
  const source = programText(speaking(place, 'ST'), text);
  if (/^[^:]*[^:=\s][^:]*:=/.test(source.text)) return importBody(place, owner);
  // The `:=` becomes blank, so that spans stay.
  const value = parseExpressionText(place, { ...source, text: source.text.replace(/^(\s*):=/, '$1  ') });
  const target = { kind: 'name', name, span: spanOf(place, owner) } as const;
  return {
    kind: 'statements',
    language: 'ST',
    statements: value ? [{ kind: 'assign', op: ':=', target, value, span: value.span }] : [],
  };
}

function importStatements(place: Place, element: XmlElement): Body {
  const source = programText(place, element);
  const foreign = foreignProgram(source);
  return foreign
    ? { kind: 'statements', language: 'ST', statements: [], foreign }
    : parseStatementsBodyText(place, source);
}

/** Worksheets run one after the other. Their elements count their numbers anew, so each sheet's get the sheet's own. */
function joinWorksheets(place: Place, owner: XmlElement, bodies: readonly Body[]): Body | undefined {
  if (bodies.every((body) => body.kind === 'statements')) {
    const foreign = bodies.find((body) => body.foreign)?.foreign;
    const statements = bodies.flatMap((body) => body.statements);
    return { kind: 'statements', language: 'ST', statements, ...(foreign && { foreign }) };
  }
  if (bodies.every((body) => body.kind === 'il'))
    return { kind: 'il', instructions: bodies.flatMap((body) => body.instructions) };
  if (bodies.every((body) => body.kind === 'graph')) {
    const language = bodies.some((body) => body.language === 'LD') ? 'LD' : bodies[0]!.language;
    return {
      kind: 'graph',
      language,
      elements: bodies.flatMap((body, sheet) => body.elements.map((element) => onSheet(element, sheet, bodies))),
    };
  }
  if (bodies.every((body) => body.kind === 'sfc')) {
    const dialect = bodies.find((body) => body.dialect)?.dialect;
    return {
      kind: 'sfc',
      steps: bodies.flatMap((body) => body.steps),
      transitions: bodies.flatMap((body) => body.transitions),
      ...(dialect && { dialect }),
    };
  }
  report(
    place,
    'E0016',
    childNamed(owner, 'body') ?? owner,
    'The worksheets of this body mix languages, which is not supported; use one language.',
  );
  return undefined;
}

const sheetHeight = 1_000_000;

function onSheet(element: GraphElement, sheet: number, bodies: readonly GraphBody[]): GraphElement {
  if (sheet === 0) return element;
  const id = (local: string): string => `${sheet + 1}_${local}`;
  const wires = (list: readonly Wire[]): readonly Wire[] => list.map((wire) => ({ ...wire, from: id(wire.from) }));
  const before = bodies.slice(0, sheet).flatMap((body) => body.elements);
  const ordered = before.map((e) => e.order ?? 0);
  const rungs = before.map((e) => e.element.rung ?? 0);
  const { rung } = element.element;
  const moved = {
    ...element,
    id: id(element.id),
    element: {
      ...element.element,
      localId: id(element.id),
      y: element.element.y + sheet * sheetHeight,
      ...(rung !== undefined && { rung: rung + Math.max(0, ...rungs) }),
    },
    ...(element.order !== undefined && { order: element.order + Math.max(0, ...ordered) }),
  };
  switch (moved.kind) {
    case 'block':
      return {
        ...moved,
        inputs: moved.inputs.map((pin) => ({ ...pin, wires: wires(pin.wires) })),
        inOuts: moved.inOuts.map((pin) => ({ ...pin, wires: wires(pin.wires) })),
      };
    case 'leftRail':
    case 'inVariable':
    case 'continuation':
    case 'label':
    case 'comment':
      return moved;
    default:
      return { ...moved, input: wires(moved.input) };
  }
}
