import type { SourceDocument } from '../compile-input.js';
import type { Problems } from '../problems.js';
import type { Declaration, SourceUnit } from '../syntax/ast.js';
import { decodeDocument } from './decode-document.js';
import { importOneBody } from './import-body.js';
import { importConfiguration, importGlobals, importResource } from './import-configuration.js';
import { keptDataName } from './conform.js';
import { importKeptSource } from './import-kept.js';
import type { Place } from './import-place.js';
import {
  createPlace,
  programText,
  report,
  requiredAttribute,
  spanOf,
  vendorData,
  warnUnknownChildren,
} from './import-place.js';
import { importInterfaceDeclaration, importPou } from './import-pou.js';
import { importDataType } from './import-types.js';
import { parseDeclarationsText } from './parse-text.js';
import { sourceDataName } from './print-declaration.js';
import { readXml } from './read-xml.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed, childrenNamed } from './xml-tree.js';

const namespaces = /^http:\/\/www\.plcopen\.org\/xml\/tc6(\.xsd|_0100|_0101|_0102|_0200|_0201)\/?$/;
/** PC WORX and the other tools of KW-Software: TC6 1.0 with worksheets. */
const kwNamespace = /^http:\/\/www\.kw-software\.com\/xml\/PLCopen\/TC6_XML_V\d+_KW\.xsd$/i;
const maxPous = 20_000;

/**
 * Reads a PLCopen TC6 XML document (versions 1.0 to 2.01, with the vendor data of CODESYS and its kin, and the
 * worksheets of PC WORX) to declarations.
 * Problems are reported; a document that is not well-formed, or not PLCopen, gives none.
 */
export function importPlcopen(document: SourceDocument, problems: Problems): SourceUnit {
  const nothing: SourceUnit = { file: document.name, declarations: [] };
  const text = decodeDocument(document, problems);
  const xml = text === undefined ? undefined : readXml(document.name, text, problems);
  if (!xml) return nothing;
  const place = createPlace(xml, problems, importOneBody);
  const { root } = xml;
  if (root.namespace === '') {
    report(place, 'W0010', root, 'The document has no PLCopen namespace; it is read as TC6 2.01.');
  } else if (!namespaces.test(root.namespace) && !kwNamespace.test(root.namespace)) {
    report(
      place,
      'E0011',
      root,
      `"${root.namespace}" is no version of PLCopen XML that is known; export the project as TC6 2.01.`,
    );
    return nothing;
  }
  const declarations: Declaration[] = [];
  switch (root.name) {
    case 'project':
      importProject(place, root, declarations);
      break;
    case 'pou':
    case 'dataType':
    case 'union':
    case 'globalVars':
      importMember(place, root, declarations);
      break;
    default:
      report(
        place,
        'E0010',
        root,
        `<${root.name}> is no PLCopen document; its root is <project>, or <pou> for a single program unit.`,
      );
  }
  const libraries = importLibraries(root);
  return {
    file: document.name,
    ...(libraries.length > 0 && { libraries }),
    dialect: place.dialect,
    declarations,
  };
}

const projectChildren = new Set(['fileHeader', 'contentHeader', 'types', 'instances', 'addData', 'documentation', 'dataTypes', 'pous']); // prettier-ignore

function importProject(place: Place, project: XmlElement, into: Declaration[]): void {
  warnUnknownChildren(place, project, projectChildren);
  const types = childNamed(project, 'types');
  if (types) warnUnknownChildren(place, types, new Set(['dataTypes', 'pous', 'addData']));
  // Some generators leave <types> out and put its lists below the project.
  const dataTypes = childNamed(types, 'dataTypes') ?? childNamed(project, 'dataTypes');
  const pous = childNamed(types, 'pous') ?? childNamed(project, 'pous');
  const pouCount = childrenNamed(pous, 'pou').length;
  if (pous && pouCount > maxPous) {
    report(
      place,
      'E0008',
      pous,
      `The project has ${pouCount} program units; at most ${maxPous} are read, so split it.`,
    );
    return;
  }
  if (dataTypes) warnUnknownChildren(place, dataTypes, new Set(['dataType', 'datatypeWorksheet', 'addData']));
  if (pous) warnUnknownChildren(place, pous, new Set(['pou', 'addData']));
  for (const member of [...(dataTypes?.children ?? []), ...(pous?.children ?? [])]) importMember(place, member, into);
  for (const owner of [types, dataTypes, pous]) importVendorData(place, owner, into);
  for (const configuration of childNamed(childNamed(project, 'instances'), 'configurations')?.children ?? [])
    importInstances(place, configuration, into);
  importVendorData(place, project, into);
  // PC WORX has a document that lists no more than its libraries.
  const stranger = project.children.find((child) => !projectChildren.has(child.name) && child.name !== 'libraries');
  if (into.length === 0 && stranger && place.problems.errorCount === 0) {
    report(
      place,
      'E0010',
      stranger,
      `Nothing of the project was understood: its program units stand in <types><pous>, not in <${stranger.name}>.`,
    );
  }
}

/** One element that declares something, wherever it stands. */
function importMember(place: Place, element: XmlElement, into: Declaration[]): void {
  const kept = importKeptSource(place, element);
  if (kept) {
    into.push(...kept);
    return;
  }
  switch (element.name) {
    case 'pou':
      push(importPou(place, element), into);
      break;
    case 'dataType':
    case 'union':
      push(importDataType(place, element), into);
      break;
    case 'datatypeWorksheet':
      into.push(...parseDeclarationsText(place, programText(place, element)));
      break;
    case 'globalVars':
      into.push(importGlobals(place, element));
      break;
    case 'Interface':
      push(importInterfaceDeclaration(place, element), into);
      break;
    default:
  }
}

function importInstances(place: Place, element: XmlElement, into: Declaration[]): void {
  if (element.name === 'resource') {
    // TwinCAT and CODESYS export an application without the device around it.
    const imported = importResource(place, element);
    const name = requiredAttribute(place, element, 'name');
    if (imported && name !== undefined) {
      into.push(
        {
          kind: 'configuration',
          name,
          blocks: [],
          resources: [imported.resource],
          accessPaths: [],
          configVariables: [],
          span: spanOf(place, element),
        },
        ...imported.globals,
      );
    }
    importVendorData(place, element, into);
    return;
  }
  if (element.name !== 'configuration') return;
  const kept = importKeptSource(place, element);
  if (kept) {
    into.push(...kept);
    return;
  }
  // A device without an application of its own, such as a bus coupler, runs nothing.
  const runs = element.children.some((child) =>
    ['resource', 'globalVars', 'accessVars', 'configVars'].includes(child.name),
  );
  const imported = runs ? importConfiguration(place, element) : undefined;
  if (imported) into.push(imported.configuration, ...imported.globals);
  importVendorData(place, element, into);
  for (const resource of childrenNamed(element, 'resource')) importVendorData(place, resource, into);
}

/** Vendor data that says nothing about what the program does. */
const silent = new Set([
  'objectid', 'projectstructure', 'libraries', 'projectinformation', 'buildproperties', 'attributes', 'device', 'explicitconnector', 'tasksettings',
  'enumvaluedocumentation', 'sfcsettings', 'sfc/element', 'fbdcalltype', 'inputassignments', 'visualization', 'visualisation', 'imagepool', 'textlist',
]); // prettier-ignore

function importVendorData(place: Place, owner: XmlElement | undefined, into: Declaration[]): void {
  for (const { name, data } of vendorData(owner)) {
    switch (name) {
      case 'pou':
      case 'datatype':
      case 'union':
      case 'globalvars':
      case 'interface':
        for (const member of data.children) importMember(place, member, into);
        break;
      case 'application':
        for (const resource of data.children) importInstances(place, resource, into);
        break;
      case 'configurations':
        for (const list of data.children)
          for (const configuration of list.children) importInstances(place, configuration, into);
        break;
      case sourceDataName:
        into.push(...(importKeptSource(place, owner!) ?? []));
        break;
      case keptDataName:
        for (const list of data.children) for (const member of list.children) importMember(place, member, into);
        break;
      default:
        if (!silent.has(name) && !place.unknown.has(`data ${name}`)) {
          place.unknown.add(`data ${name}`);
          report(
            place,
            'W0011',
            data,
            `The vendor data "${data.attributes.get('name') ?? ''}" is not understood and has no effect.`,
          );
        }
    }
  }
}

function push(declaration: Declaration | undefined, into: Declaration[]): void {
  if (declaration) into.push(declaration);
}

/** Names that CODESYS gives the libraries of a project, by which its programs qualify what they use of them. */
function importLibraries(root: XmlElement): readonly string[] {
  const names = new Set<string>();
  const stack = [root];
  while (stack.length > 0) {
    const element = stack.pop()!;
    if (element.name === 'Library') names.add(element.attributes.get('Namespace') ?? '');
    else if (!/^(pou|globalVars|dataType|task)$/.test(element.name)) stack.push(...element.children);
  }
  return [...names].filter((name) => name !== '');
}
