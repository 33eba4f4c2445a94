import type {
  ActionDeclaration,
  Body,
  Declaration,
  MethodDeclaration,
  PouDeclaration,
  PropertyDeclaration,
  TypeNode,
  VariableBlock,
} from '../syntax/ast.js';
import { foldName, sameName } from '../../model/identifier.js';
import type { Place } from './import-place.js';
import {
  declaredName,
  isOddName,
  programText,
  report,
  requiredAttribute,
  spanOf,
  vendorData,
  vendorDataNamed,
  warnUnknownChildren,
  within,
} from './import-place.js';
import { importBody, importTransitionBody } from './import-body.js';
import { importType } from './import-types.js';
import { importSections, pragmasOf, sectionNames } from './import-variables.js';
import { parseDeclarationsText } from './parse-text.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed, childrenNamed, plainText, textOf } from './xml-tree.js';

type PouKind = PouDeclaration['pouKind'];

/** Spellings of `pouType` met in the field, folded. */
const pouKinds: Readonly<Record<string, PouKind>> = {
  function: 'function',
  fc: 'function',
  functionblock: 'function_block',
  function_block: 'function_block',
  fb: 'function_block',
  program: 'program',
  prg: 'program',
  class: 'class',
  interface: 'interface',
};
const keywords: Readonly<Record<PouKind, string>> = {
  function: 'FUNCTION',
  function_block: 'FUNCTION_BLOCK',
  program: 'PROGRAM',
  class: 'CLASS',
  interface: 'INTERFACE',
};

const pouChildren = new Set(['interface', 'actions', 'transitions', 'body', 'addData', 'documentation']);
const interfaceChildren = new Set([...sectionNames, 'returnType', 'accessVars', 'addData', 'documentation']);

/** A `pou`. Undefined after an error was reported. */
export function importPou(outer: Place, element: XmlElement): PouDeclaration | undefined {
  const name = declaredName(outer, element);
  if (name === undefined) return undefined;
  const place: Place = { ...within(outer, name), oddNames: oddNamesIn(childNamed(element, 'interface')) };
  const written = element.attributes.get('pouType')?.trim() ?? '';
  const pouKind = Object.hasOwn(pouKinds, written.toLowerCase()) ? pouKinds[written.toLowerCase()] : undefined;
  if (!pouKind) {
    reportKind(place, element, name, written);
    return undefined;
  }
  warnUnknownChildren(place, element, pouChildren);
  const whole = importWholeText(place, element, name, pouKind);
  if (whole) return whole;
  const header = importInterface(place, element, pouKind);
  const members = importMembers(place, element);
  const transitions = childrenNamed(childNamed(element, 'transitions'), 'transition').flatMap((transition) => {
    const transitionName = requiredAttribute(place, transition, 'name');
    const body = importTransitionBody(place, transition, transitionName ?? '');
    return transitionName !== undefined && body
      ? [{ name: transitionName, body, span: spanOf(place, transition) }]
      : [];
  });
  const body = importBody(
    { ...place, transitions: new Set(transitions.map((transition) => foldName(transition.name))) },
    element,
  );
  const span = spanOf(place, element);
  return {
    kind: 'pou',
    pouKind,
    name,
    nameSpan: span,
    namespace: [],
    usings: [],
    ...(header.returnType && { returnType: header.returnType }),
    abstract: header.modifiers.abstract,
    final: header.modifiers.final,
    extends: header.extends,
    implements: header.implements,
    blocks: header.blocks,
    ...(body && { body }),
    ...members,
    transitions,
    pragmas: [...pragmasOf(element), ...header.pragmas],
    span,
  };
}

function oddNamesIn(element: XmlElement | undefined): ReadonlySet<string> {
  const names = (element?.children ?? []).flatMap((list) =>
    list.children.map((variable) => variable.attributes.get('name') ?? ''),
  );
  return new Set(names.filter(isOddName));
}

/** Units of other systems, which stand alone there: they are left out, and whoever uses one gets an error where he does. */
const foreignKinds = new Set([
  'action',
  'transition',
  'method',
  'property',
  'data_block',
  'datablock',
  'db',
  'udt',
  'ob',
  'macro',
  'namespace',
]);

function reportKind(place: Place, element: XmlElement, name: string, written: string): void {
  if (foreignKinds.has(written.toLowerCase())) {
    report(place, 'W0014', element, `${name} is of the kind "${written}", which can't stand alone; it is left out.`);
    return;
  }
  const kind = written === '' ? 'has no pouType' : `is of the kind "${written}", which is not known`;
  report(place, 'E0015', element, `${name} ${kind}; a pou is a function, functionBlock or program.`);
}

interface Header {
  readonly returnType?: TypeNode;
  readonly blocks: readonly VariableBlock[];
  readonly extends: readonly string[];
  readonly implements: readonly string[];
  readonly pragmas: readonly string[];
  readonly modifiers: Modifiers;
}
interface Modifiers {
  readonly access?: 'PUBLIC' | 'PRIVATE' | 'PROTECTED' | 'INTERNAL';
  readonly abstract: boolean;
  readonly final: boolean;
  readonly override: boolean;
}

/**
 * Interface of a POU, method or accessor: the structured one, or the plain text beside it where the structured one is empty or
 * lacks types that the format can't express.
 */
function importInterface(place: Place, owner: XmlElement, pouKind: PouKind | undefined): Header {
  const element = childNamed(owner, 'interface');
  if (element) warnUnknownChildren(place, element, interfaceChildren);
  const inherited = [
    ...vendorDataNamed(element, 'pouinheritance'),
    ...vendorDataNamed(owner, 'pouinheritance'),
  ].flatMap((data) => data.children);
  const named = (name: string): readonly string[] =>
    inherited
      .flatMap((list) => childrenNamed(list, name))
      .flatMap((entry) =>
        plainText(place.document, entry)
          .split(/\s*,\s*/)
          .filter((part) => part !== ''),
      );
  const holder = childNamed(element, 'returnType');
  const text = plainInterface(place, owner, element, pouKind);
  if (text && (!hasVariables(element) || lacksTypes(element))) {
    return { ...text, modifiers: modifiersOf(element, owner) };
  }
  const isEmpty = place.dialect === 'codesys' && holder?.children.length === 0;
  const returnType = holder && !isEmpty ? importType(place, holder) : undefined;
  return {
    ...(returnType && { returnType }),
    blocks: importSections(place, element),
    extends: named('Extends'),
    implements: named('Implements'),
    pragmas: element ? pragmasOf(element) : [],
    modifiers: modifiersOf(element, owner),
  };
}

const hasVariables = (element: XmlElement | undefined): boolean =>
  (element?.children ?? []).some((list) => sectionNames.includes(list.name) && list.children.length > 0);

const lacksTypes = (element: XmlElement | undefined): boolean =>
  (element?.children ?? []).some((list) =>
    list.children.some((variable) => {
      const type = childNamed(variable, 'type');
      const first = type?.children[0];
      return (
        variable.name === 'variable' &&
        (!first || (first.name === 'derived' && (first.attributes.get('name') ?? '').trim() === ''))
      );
    }),
  );

/** `InterfaceAsPlainText` of CODESYS and TwinCAT, and `textDeclaration` of Bachmann. */
function plainInterface(
  place: Place,
  owner: XmlElement,
  element: XmlElement | undefined,
  pouKind: PouKind | undefined,
): Omit<Header, 'modifiers'> | undefined {
  const holder =
    [...vendorData(owner), ...vendorData(element)]
      .filter(({ data }) =>
        data.children.some((child) => child.name === 'InterfaceAsPlainText' || child.name === 'textDeclaration'),
      )
      .map(({ data }) => data.children[0]!)[0] ?? childNamed(owner, 'InterfaceAsPlainText');
  if (!holder) return undefined;
  const source = programText(place, holder);
  if (!/\bVAR(_[A-Z]+)?\b|^\s*FUNCTION\b/im.test(source.text)) return undefined;
  const kind = pouKind ?? 'function_block';
  // The text of a method or accessor has a header of its own, which is blanked; that of a POU may have none.
  const text = pouKind
    ? source.text
    : source.text.replace(/^\s*(METHOD|PROPERTY)\b.*$/im, (line) => ' '.repeat(line.length));
  const header = new RegExp(`\\b${keywords[kind]}\\b`, 'i').test(text)
    ? ''
    : `${keywords[kind]} ${place.pou ?? 'x'}${kind === 'function' ? ' : BOOL' : ''}\n`;
  const pieces = (source.origin?.pieces ?? []).map((piece) => ({ ...piece, at: piece.at + header.length }));
  const whole = {
    ...source,
    text: `${header}${text}\nEND_${keywords[kind]}\n`,
    origin: { document: place.document, pieces },
  };
  const unit = parseDeclarationsText(place, whole);
  const pou = unit.find((declaration) => declaration.kind === 'pou');
  if (pou?.kind !== 'pou') return undefined;
  return {
    ...(pou.returnType && { returnType: pou.returnType }),
    blocks: pou.blocks,
    extends: pou.extends,
    implements: pou.implements,
    pragmas: pou.pragmas,
  };
}

function modifiersOf(...elements: readonly (XmlElement | undefined)[]): Modifiers {
  const attributes = new Map<string, string>();
  for (const element of elements) {
    for (const data of vendorDataNamed(element, 'accessmodifiers')) {
      for (const modifiers of data.children)
        for (const [name, value] of modifiers.attributes) attributes.set(name.toLowerCase(), value.toLowerCase());
    }
  }
  const is = (name: string): boolean => attributes.get(name) === 'true';
  const access = (['PRIVATE', 'PROTECTED', 'INTERNAL', 'PUBLIC'] as const).find((word) => is(word.toLowerCase()));
  return { ...(access && { access }), abstract: is('abstract'), final: is('final'), override: false };
}

/**
 * Some tools put the text of the whole POU, header and all, in its body. That is taken where the element has no interface and
 * the text declares just this POU.
 */
function importWholeText(
  place: Place,
  element: XmlElement,
  name: string,
  pouKind: PouKind,
): PouDeclaration | undefined {
  if (childNamed(element, 'interface')) return undefined;
  const body = childNamed(element, 'body');
  const holder = body?.children.find((child) => child.name.toUpperCase() === 'ST');
  if (!holder || !new RegExp(`^\\s*${keywords[pouKind]}\\s`, 'i').test(textOf(place.document, holder).text))
    return undefined;
  const declarations: readonly Declaration[] = parseDeclarationsText(place, programText(place, holder));
  const pou = declarations[0];
  if (pou?.kind !== 'pou' || declarations.length > 1 || !sameName(pou.name, name)) {
    report(
      place,
      'E0012',
      element,
      `The text of ${name} declares something else than ${name}; it must declare this one program unit.`,
    );
    return undefined;
  }
  return { ...pou, pragmas: [...pragmasOf(element), ...pou.pragmas] };
}

interface Members {
  readonly methods: readonly MethodDeclaration[];
  readonly properties: readonly PropertyDeclaration[];
  readonly actions: readonly ActionDeclaration[];
}

function importMembers(place: Place, element: XmlElement): Members {
  const nested = (name: string, child: string): readonly XmlElement[] =>
    vendorDataNamed(element, name).flatMap((data) =>
      data.children.filter((member) => member.name.toLowerCase() === child),
    );
  const actionElements = [...childrenNamed(childNamed(element, 'actions'), 'action'), ...nested('action', 'action')];
  return {
    methods: nested('method', 'method').flatMap((method) => importMethod(place, method) ?? []),
    properties: nested('property', 'property').flatMap((property) => importProperty(place, property) ?? []),
    actions: actionElements.flatMap((action): ActionDeclaration[] => {
      const name = requiredAttribute(place, action, 'name');
      const body: Body = importBody(place, action) ?? { kind: 'statements', language: 'ST', statements: [] };
      return name === undefined ? [] : [{ name, body, span: spanOf(place, action) }];
    }),
  };
}

function importMethod(place: Place, element: XmlElement): MethodDeclaration | undefined {
  const name = requiredAttribute(place, element, 'name');
  if (name === undefined) return undefined;
  const header = importInterface(place, element, undefined);
  const body = importBody(place, element);
  return {
    name,
    ...header.modifiers,
    ...(header.returnType && { returnType: header.returnType }),
    blocks: header.blocks,
    ...(body && { body }),
    span: spanOf(place, element),
  };
}

function importProperty(place: Place, element: XmlElement): PropertyDeclaration | undefined {
  const name = requiredAttribute(place, element, 'name');
  const holder = childNamed(childNamed(element, 'interface'), 'returnType');
  if (!holder) {
    report(place, 'E0013', element, `The property ${name ?? ''} has no <returnType>; give it one.`);
    return undefined;
  }
  const type = importType(place, holder);
  if (name === undefined || !type) return undefined;
  const accessor = (elementName: string): PropertyDeclaration['get'] => {
    const found = childNamed(element, elementName);
    if (!found) return undefined;
    const body = importBody(place, found);
    return {
      blocks: importInterface(place, found, undefined).blocks,
      ...(body && { body }),
      span: spanOf(place, found),
    };
  };
  const get = accessor('GetAccessor');
  const set = accessor('SetAccessor');
  return {
    name,
    ...modifiersOf(element, childNamed(element, 'interface')),
    type,
    ...(get && { get }),
    ...(set && { set }),
    span: spanOf(place, element),
  };
}

/** `Interface` of CODESYS: methods and properties without bodies. */
export function importInterfaceDeclaration(outer: Place, element: XmlElement): PouDeclaration | undefined {
  const name = requiredAttribute(outer, element, 'name');
  if (name === undefined) return undefined;
  const place = within(outer, name);
  const parents = vendorDataNamed(element, 'pouinheritance').flatMap((data) =>
    data.children.flatMap((list) => [...childrenNamed(list, 'Extends'), ...childrenNamed(list, 'Implements')]),
  );
  const span = spanOf(place, element);
  return {
    kind: 'pou',
    pouKind: 'interface',
    name,
    nameSpan: span,
    namespace: [],
    usings: [],
    abstract: false,
    final: false,
    extends: parents.flatMap((parent) =>
      plainText(place.document, parent)
        .split(/\s*,\s*/)
        .filter((part) => part !== ''),
    ),
    implements: [],
    blocks: [],
    methods: childrenNamed(childNamed(element, 'Methods'), 'Method').flatMap((method) =>
      withoutBody(importMethod(place, method)),
    ),
    properties: childrenNamed(childNamed(element, 'Properties'), 'Property').flatMap(
      (property) => importProperty(place, property) ?? [],
    ),
    actions: [],
    transitions: [],
    pragmas: pragmasOf(element),
    span,
  };
}

function withoutBody(method: MethodDeclaration | undefined): MethodDeclaration[] {
  if (!method) return [];
  const { body: _body, ...rest } = method;
  return [rest];
}
