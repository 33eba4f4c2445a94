import type {
  ConfigurationDeclaration,
  Expression,
  GlobalsDeclaration,
  ProgramConfiguration,
  ResourceDeclaration,
  TaskDeclaration,
  VariableBlock,
} from '../syntax/ast.js';
import type { Place } from './import-place.js';
import {
  attributeText,
  attributesOf,
  report,
  requiredAttribute,
  spanOf,
  vendorDataNamed,
  warnUnknownChildren,
} from './import-place.js';
import { importAddress, importType, importValue } from './import-types.js';
import { importVariables } from './import-variables.js';
import { parseExpressionText } from './parse-text.js';
import { intervalProblem, readInterval } from './task-interval.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed, childrenNamed } from './xml-tree.js';

/** Lists of globals that have a name become declarations of their own; the others stay in their configuration or resource. */
export interface ImportedConfiguration {
  readonly configuration: ConfigurationDeclaration;
  readonly globals: readonly GlobalsDeclaration[];
}

const configurationChildren = new Set([
  'resource',
  'globalVars',
  'accessVars',
  'configVars',
  'addData',
  'documentation',
]);
const resourceChildren = new Set(['task', 'globalVars', 'pouInstance', 'addData', 'documentation']);

export function importConfiguration(place: Place, element: XmlElement): ImportedConfiguration | undefined {
  warnUnknownChildren(place, element, configurationChildren);
  const name = requiredAttribute(place, element, 'name');
  if (name === undefined) return undefined;
  const resources = childrenNamed(element, 'resource').flatMap((resource) => importResource(place, resource) ?? []);
  const lists = importGlobalLists(place, element);
  return {
    configuration: {
      kind: 'configuration',
      name,
      blocks: lists.blocks,
      resources: resources.map(({ resource }) => resource),
      accessPaths: childrenNamed(childNamed(element, 'accessVars'), 'accessVariable').flatMap((variable) =>
        importAccessPath(place, variable),
      ),
      configVariables: childrenNamed(childNamed(element, 'configVars'), 'configVariable').flatMap((variable) =>
        importConfigVariable(place, variable),
      ),
      span: spanOf(place, element),
    },
    globals: [...lists.globals, ...resources.flatMap(({ globals }) => globals)],
  };
}

function importGlobalLists(
  place: Place,
  owner: XmlElement,
): { readonly blocks: readonly VariableBlock[]; readonly globals: readonly GlobalsDeclaration[] } {
  const lists = childrenNamed(owner, 'globalVars');
  return {
    blocks: lists
      .filter((list) => !list.attributes.get('name'))
      .map((list) => importVariables(place, list, 'VAR_GLOBAL')),
    globals: lists.filter((list) => list.attributes.get('name')).map((list) => importGlobals(place, list)),
  };
}

/** A list of global variables; CODESYS keeps one whose variables differ in their attributes as several within vendor data. */
export function importGlobals(place: Place, list: XmlElement): GlobalsDeclaration {
  const name = list.attributes.get('name')?.trim();
  const mixed = vendorDataNamed(list, 'mixedattrsvarlist').flatMap((data) =>
    data.children.flatMap((inner) => childrenNamed(inner, 'globalVars')),
  );
  const parts = mixed.length > 0 ? mixed : [list];
  return {
    kind: 'globals',
    ...(name && { list: name }),
    qualifiedOnly: attributesOf(list).has('qualified_only'),
    namespace: [],
    blocks: parts.map((part) => importVariables(place, part, 'VAR_GLOBAL')),
    span: spanOf(place, list),
  };
}

// ---------------------------------------------------------------- resources

export function importResource(
  place: Place,
  element: XmlElement,
): { readonly resource: ResourceDeclaration; readonly globals: readonly GlobalsDeclaration[] } | undefined {
  warnUnknownChildren(place, element, resourceChildren);
  const name = requiredAttribute(place, element, 'name');
  if (name === undefined) return undefined;
  const lists = importGlobalLists(place, element);
  const tasks = childrenNamed(element, 'task');
  const programs = [
    ...tasks.flatMap((task) =>
      childrenNamed(task, 'pouInstance').flatMap(
        (instance) => importInstance(place, instance, task.attributes.get('name')?.trim()) ?? [],
      ),
    ),
    ...childrenNamed(element, 'pouInstance').flatMap((instance) => importInstance(place, instance, undefined) ?? []),
  ];
  return {
    resource: {
      name,
      blocks: lists.blocks,
      tasks: tasks.flatMap((task) => importTask(place, task) ?? []),
      programs: programs,
      span: spanOf(place, element),
    },
    globals: lists.globals,
  };
}

function importInstance(place: Place, element: XmlElement, task: string | undefined): ProgramConfiguration | undefined {
  const written = requiredAttribute(place, element, 'name');
  if (written === undefined) return undefined;
  const { name, program } = instanceOf(element, written);
  // PC WORX writes this list with a variable that has no name.
  const own = childNamed(element, 'globalVarsPg');
  if (own?.children.some((variable) => (variable.attributes.get('name') ?? '') !== ''))
    report(place, 'W0011', own, 'Global variables of a program instance are not understood and have no effect.');
  if (/^VisuElems\./i.test(program)) {
    report(
      place,
      'W0013',
      element,
      `${program} draws the visualisation of CODESYS, which this host has none of; it does not run.`,
    );
    return undefined;
  }
  return {
    name,
    program,
    ...(task !== undefined && { task }),
    retain: false,
    args: [],
    fbTasks: [],
    span: spanOf(place, element),
  };
}

/**
 * The instance and its program. CODESYS leaves the type empty, for a program is its own instance; early versions called the
 * attribute `type`; PC WORX has `instance:program` in the name and no more than the kind in `type`.
 */
export function instanceOf(element: XmlElement, name: string): { readonly name: string; readonly program: string } {
  const type =
    [element.attributes.get('typeName'), element.attributes.get('type')]
      .find((value) => value !== undefined && value.trim() !== '')
      ?.trim() ?? '';
  if (type !== '' && !/^program$/i.test(type)) return { name, program: type };
  const [instance = '', program = ''] = name.split(':').map((part) => part.trim());
  return instance !== '' && program !== '' ? { name: instance, program } : { name, program: name };
}

function importTask(place: Place, element: XmlElement): TaskDeclaration | undefined {
  warnUnknownChildren(place, element, new Set(['pouInstance', 'addData', 'documentation']));
  const name = requiredAttribute(place, element, 'name');
  if (name === undefined) return undefined;
  const settings = vendorDataNamed(element, 'tasksettings').flatMap((data) => data.children)[0];
  const kind = settings?.attributes.get('KindOfTask')?.toLowerCase() ?? '';
  const event = kind === 'event' || kind === 'status' ? settings : undefined;
  const single =
    event && filled(event, 'Event')
      ? parseExpressionText(place, attributeText(place, event, 'Event'))
      : importSingle(place, element);
  // Such a task has no period there, so that what is written is none; here it gets the default.
  const isFree =
    kind === 'freewheeling' && /^$|^(PT)?0S?$|^T#0[mu]?s$/i.test(settings?.attributes.get('Interval')?.trim() ?? '');
  const interval = event || single || isFree ? undefined : importInterval(place, element, settings);
  const priority = importPriority(place, element);
  return {
    name,
    ...(interval && { interval }),
    ...(single && { single }),
    ...(priority && { priority }),
    span: spanOf(place, element),
  };
}

const filled = (element: XmlElement, name: string): boolean => (element.attributes.get(name) ?? '').trim() !== '';

const importSingle = (place: Place, element: XmlElement): Expression | undefined =>
  filled(element, 'single') ? parseExpressionText(place, attributeText(place, element, 'single')) : undefined;

function importInterval(place: Place, element: XmlElement, settings: XmlElement | undefined): Expression | undefined {
  const own = element.attributes.get('interval')?.trim() ?? '';
  const vendor = settings?.attributes.get('Interval')?.trim() ?? '';
  const unit = settings?.attributes.get('IntervalUnit')?.trim() ?? 'ms';
  // The tool's own settings are exact; the attribute beside them is PT0S in some versions.
  const [written, ns] = vendor === '' ? [own, readInterval(own)] : [vendor, readInterval(vendor, unit)];
  if (written === '') return undefined;
  const problem = ns === undefined ? 'is no duration' : intervalProblem(ns);
  if (problem === undefined && ns !== undefined)
    return { kind: 'duration', ns, typeName: 'TIME', span: spanOf(place, element) };
  if (ns === undefined && /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(written))
    return parseExpressionText(
      place,
      attributeText(place, vendor === '' ? element : settings!, vendor === '' ? 'interval' : 'Interval'),
    );
  report(
    place,
    'E0014',
    element,
    `The interval "${written}" of this task ${problem ?? 'is no duration'}; write one such as T#20ms.`,
  );
  return undefined;
}

/** TC6: 0 is the highest, 65535 the lowest. */
function importPriority(place: Place, element: XmlElement): Expression | undefined {
  const written = element.attributes.get('priority')?.trim() ?? '';
  if (written === '') return undefined;
  if (/^\d{1,5}$/.test(written) && Number(written) <= 65_535)
    return { kind: 'int', value: BigInt(written), base: 10, span: spanOf(place, element) };
  report(place, 'E0012', element, `The priority "${written}" of this task is no number from 0 to 65535.`);
  return undefined;
}

// ---------------------------------------------------------------- access and configuration variables

function importAccessPath(place: Place, element: XmlElement): ConfigurationDeclaration['accessPaths'] {
  const name = requiredAttribute(place, element, 'alias');
  const path =
    requiredAttribute(place, element, 'instancePathAndName') === undefined
      ? undefined
      : parseExpressionText(place, attributeText(place, element, 'instancePathAndName'));
  const holder = childNamed(element, 'type');
  const type = holder && importType(place, holder);
  const writable = element.attributes.get('direction') === 'readWrite';
  return name !== undefined && path && type ? [{ name, path, type, writable, span: spanOf(place, element) }] : [];
}

function importConfigVariable(place: Place, element: XmlElement): ConfigurationDeclaration['configVariables'] {
  const path =
    requiredAttribute(place, element, 'instancePathAndName') === undefined
      ? undefined
      : parseExpressionText(place, attributeText(place, element, 'instancePathAndName'));
  const holder = childNamed(element, 'type');
  const type = holder && importType(place, holder);
  const location = importAddress(place, element);
  const initialElement = childNamed(element, 'initialValue');
  const initial = initialElement && importValue(place, initialElement, type);
  return path && type
    ? [{ path, type, ...(location && { location }), ...(initial && { initial }), span: spanOf(place, element) }]
    : [];
}
