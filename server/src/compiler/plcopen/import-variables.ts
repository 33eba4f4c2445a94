import type { Argument, DirectAddress, Section, VariableBlock, VariableDeclaration } from '../syntax/ast.js';
import type { Place } from './import-place.js';
import { attributeText, attributesOf, booleanAttribute, programText, requiredAttribute, spanOf, vendorDataNamed, warnUnknownChildren } from './import-place.js';
import { importType, importValue, openArrayType } from './import-types.js';
import { parseAddressText, parseExpressionText } from './parse-text.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed, childrenNamed, plainText } from './xml-tree.js';

const sections: Readonly<Record<string, Section>> = {
  localVars: 'VAR',
  tempVars: 'VAR_TEMP',
  inputVars: 'VAR_INPUT',
  outputVars: 'VAR_OUTPUT',
  inOutVars: 'VAR_IN_OUT',
  externalVars: 'VAR_EXTERNAL',
  globalVars: 'VAR_GLOBAL',
  staticVars: 'VAR_STAT',
  instVars: 'VAR_INST',
};
const variableChildren = new Set(['type', 'initialValue', 'documentation', 'addData']);

/** Variable blocks of an `interface`, in the order of the document; sections may repeat. */
export function importSections(place: Place, element: XmlElement | undefined): readonly VariableBlock[] {
  return (element?.children ?? []).flatMap((list) => {
    const section = Object.hasOwn(sections, list.name) ? sections[list.name] : undefined;
    return section === undefined ? [] : [importVariables(place, list, section)];
  });
}
export const sectionNames: readonly string[] = Object.keys(sections);

/** One list of variables, such as `localVars` or `globalVars`. */
export function importVariables(place: Place, list: XmlElement, section: Section): VariableBlock {
  warnUnknownChildren(place, list, new Set(['variable', 'addData', 'documentation']));
  return {
    section,
    constant: booleanAttribute(list, 'constant'),
    retain: booleanAttribute(list, 'retain'),
    nonRetain: booleanAttribute(list, 'nonretain'),
    persistent: booleanAttribute(list, 'persistent'),
    variables: childrenNamed(list, 'variable').flatMap((variable) => importVariable(place, variable) ?? []),
    span: spanOf(place, list),
  };
}

/** Undefined after an error was reported. */
export function importVariable(place: Place, element: XmlElement): VariableDeclaration | undefined {
  warnUnknownChildren(place, element, variableChildren);
  const name = requiredAttribute(place, element, 'name');
  const holder = childNamed(element, 'type');
  if (!holder) {
    place.problems.report('E0013', spanOf(place, element), `The variable ${name ?? ''} has no <type>; give it one.`);
    return undefined;
  }
  const type = openArrayType(place, element) ?? importType(place, holder);
  if (name === undefined || !type) return undefined;
  const initialElement = childNamed(element, 'initialValue');
  const initial = initialElement && importValue(place, initialElement, type);
  const location = importAddress(place, element);
  const args = importInputAssignments(place, element);
  const edge = /^(rising|falling)$/.exec(element.attributes.get('edge') ?? '')?.[1] as 'rising' | 'falling' | undefined;
  return {
    name,
    type,
    ...(initial && { initial }),
    ...(location && { location }),
    ...(args.length > 0 && { args }),
    ...(edge && { edge }),
    span: spanOf(place, element),
  };
}

export function importAddress(place: Place, element: XmlElement): DirectAddress | undefined {
  const written = element.attributes.get('address')?.trim() ?? '';
  if (written === '') return undefined;
  const source = attributeText(place, element, 'address');
  // Some tools leave the percent sign out.
  return parseAddressText(place, /^\s*[IQM][XBWDL]?\d/i.test(written) ? { ...source, text: `%${written}` } : source);
}

/** Arguments of FB_init that CODESYS keeps apart from the declaration. */
function importInputAssignments(place: Place, element: XmlElement): readonly Argument[] {
  return vendorDataNamed(element, 'inputassignments').flatMap((data) =>
    data.children.flatMap((list) =>
      list.children.flatMap((assignment): Argument[] => {
        const name = plainText(place.document, childNamed(assignment, 'Name'));
        // The names of a block's first arguments may be left out: then there are values alone.
        return childrenNamed(assignment, 'Value').flatMap((holder): Argument[] => {
          const value = parseExpressionText(place, programText(place, holder));
          return value ? [{ ...(name !== '' && { name }), direction: 'in', value, span: spanOf(place, assignment) }] : [];
        });
      }),
    ),
  );
}

/** `{attribute 'x' := 'y'}` pragmas of an element, as text. */
export function pragmasOf(element: XmlElement): readonly string[] {
  return [...attributesOf(element)].map(([name, value]) => (value === '' ? `{attribute '${name}'}` : `{attribute '${name}' := '${value}'}`));
}
