import type { Section, VariableBlock } from '../syntax/ast.js';
import type { Place } from './import-place.js';
import { attributesOf, booleanAttribute, spanOf, warnUnknownChildren } from './import-place.js';
import { importVariable } from './import-types.js';
import type { XmlElement } from './xml-tree.js';
import { childrenNamed } from './xml-tree.js';

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

/** `{attribute 'x' := 'y'}` pragmas of an element, as text. */
export function pragmasOf(element: XmlElement): readonly string[] {
  return [...attributesOf(element)].map(([name, value]) =>
    value === '' ? `{attribute '${name}'}` : `{attribute '${name}' := '${value}'}`,
  );
}
