import type {
  Argument,
  DirectAddress,
  Expression,
  TypeDeclaration,
  TypeNode,
  VariableDeclaration,
} from '../syntax/ast.js';
import { relativeAddress } from '../st/relative-address.js';
import type { Place } from './import-place.js';
import {
  attributeText,
  attributesOf,
  declaredName,
  programText,
  report,
  requiredAttribute,
  spanOf,
  vendorDataNamed,
  warnUnknownChildren,
  within,
} from './import-place.js';
import { parseAddressText, parseExpressionText, parseInitialText, parseTypeText } from './parse-text.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed, childrenNamed, descend, plainText } from './xml-tree.js';

const simpleName = /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u;
const elementaryName =
  /^(BOOL|[BWDL]?WORD|BYTE|U?[SDL]?INT|L?REAL|L?TIME|L?DATE|L?DT|L?TOD|W?CHAR|(L?)TIME_OF_DAY|(L?)DATE_AND_TIME|BIT|ANY(_[A-Z]+)?)$/;

/** The type that a `type`, `baseType` or `returnType` element holds. Undefined after an error was reported. */
export function importType(place: Place, holder: XmlElement): TypeNode | undefined {
  const element = holder.children.find((child) => child.name !== 'addData' && child.name !== 'documentation');
  if (!element) {
    report(place, 'E0013', holder, `<${holder.name}> is empty; it needs a type, such as <BOOL/>.`);
    return undefined;
  }
  const span = spanOf(place, element);
  // The schema has the names of strings in small letters and all others in capitals; generators do as they like.
  if (/^w?string$/i.test(element.name)) {
    const length = element.attributes.has('length')
      ? parseExpressionText(place, attributeText(place, element, 'length'))
      : undefined;
    return { kind: 'string', wide: element.name.length > 6, span, ...(length && { length }) };
  }
  switch (element.name) {
    case 'derived':
      return importDerived(place, element);
    case 'array':
      return importArray(place, element);
    case 'pointer':
    case 'reference': {
      const target = importBase(place, element);
      return target && { kind: 'pointer', form: element.name, target, span };
    }
    case 'subrangeSigned':
    case 'subrangeUnsigned':
      return importSubrange(place, element);
    case 'enum':
      return importEnum(place, element);
    case 'struct':
    case 'union':
      return importStruct(place, element, undefined);
    default:
      if (elementaryName.test(element.name.toUpperCase()))
        return { kind: 'named', name: element.name.toUpperCase(), span };
      report(place, 'E0013', element, `<${element.name}> is no type; use an elementary type or <derived name="..."/>.`);
      return undefined;
  }
}

function importBase(place: Place, element: XmlElement): TypeNode | undefined {
  const base = childNamed(element, 'baseType');
  if (base) return importType(place, base);
  report(place, 'E0013', element, `<${element.name}> has no <baseType>; say what it consists of.`);
  return undefined;
}

function importDerived(place: Place, element: XmlElement): TypeNode | undefined {
  const name = element.attributes.get('name')?.trim() ?? '';
  if (name === '') {
    report(place, 'E0013', element, 'A type has no name here; name it in <derived name="..."/>.');
    return undefined;
  }
  // Some tools write whole types here: REFERENCE TO X, ARRAY [0..9] OF INT, STRING(80).
  return simpleName.test(name)
    ? { kind: 'named', name, span: spanOf(place, element) }
    : parseTypeText(place, attributeText(place, element, 'name'));
}

function importArray(place: Place, element: XmlElement): TypeNode | undefined {
  const elementType = importBase(place, element);
  const dimensions = childrenNamed(element, 'dimension').map((dimension) => {
    const bound = (name: string): Expression | undefined =>
      ['', '*'].includes(dimension.attributes.get(name)?.trim() ?? '')
        ? undefined
        : parseExpressionText(place, attributeText(place, dimension, name));
    const low = bound('lower');
    const high = bound('upper');
    return { ...(low && { low }), ...(high && { high }), span: spanOf(place, dimension) };
  });
  if (dimensions.length === 0) {
    report(place, 'E0013', element, 'An array needs at least one <dimension lower="0" upper="9"/>.');
    return undefined;
  }
  return elementType && { kind: 'array', dimensions, element: elementType, span: spanOf(place, element) };
}

function importSubrange(place: Place, element: XmlElement): TypeNode | undefined {
  const range = childNamed(element, 'range');
  const base = importBase(place, element);
  if (!range) {
    report(place, 'E0013', element, 'A subrange needs <range lower="0" upper="9"/>.');
    return undefined;
  }
  const low = parseExpressionText(place, attributeText(place, range, 'lower'));
  const high = parseExpressionText(place, attributeText(place, range, 'upper'));
  return base && low && high && { kind: 'subrange', base, low, high, span: spanOf(place, element) };
}

function importEnum(place: Place, element: XmlElement): TypeNode {
  const values = childrenNamed(childNamed(element, 'values'), 'value').flatMap((value) => {
    const name = declaredName(place, value);
    if (name === undefined) return [];
    const initial =
      (value.attributes.get('value') ?? '').trim() === ''
        ? undefined
        : parseExpressionText(place, attributeText(place, value, 'value'));
    return [{ name, ...(initial && { value: initial }), span: spanOf(place, value) }];
  });
  const baseElement = childNamed(element, 'baseType');
  const base = baseElement && importType(place, baseElement);
  if (values.length === 0) report(place, 'E0013', element, 'An enumeration needs at least one value.');
  return { kind: 'enum', values, ...(base && { base }), span: spanOf(place, element) };
}

function importStruct(place: Place, element: XmlElement, base: string | undefined): TypeNode {
  const members = childrenNamed(element, 'variable').flatMap((member) => importVariable(place, member, true) ?? []);
  warnUnknownChildren(place, element, new Set(['variable', 'addData', 'documentation']));
  return {
    kind: 'struct',
    union: element.name === 'union',
    members,
    span: spanOf(place, element),
    ...(base !== undefined && { extends: base }),
  };
}

const dataTypeChildren = new Set(['baseType', 'initialValue', 'addData', 'documentation']);

/** A `dataType`, or `union` of CODESYS. Undefined after an error was reported. */
export function importDataType(outer: Place, element: XmlElement): TypeDeclaration | undefined {
  const name = declaredName(outer, element);
  if (name === undefined) return undefined;
  const place = within(outer, name);
  const span = spanOf(place, element);
  if (element.name === 'union') {
    return { kind: 'type', name, namespace: [], usings: [], type: importStruct(place, element, undefined), span };
  }
  warnUnknownChildren(place, element, dataTypeChildren);
  const base = childNamed(element, 'baseType');
  if (!base) {
    // Whoever uses it gets an error there.
    report(
      place,
      'W0014',
      element,
      `The data type ${name} has no <baseType>, so it is left out; say what it consists of.`,
    );
    return undefined;
  }
  const inherited = vendorDataNamed(element, 'datatypeinheritance').map((data) =>
    plainText(place.document, descend(data, 'Inheritance', 'Extends')),
  )[0];
  const struct = childNamed(base, 'struct');
  let type = struct && inherited ? importStruct(place, struct, inherited) : importType(place, base);
  // A structure with a union in vendor data is a union written for tools that have none.
  const union = vendorDataNamed(element, 'union')[0];
  if (union) type = importStruct(place, childNamed(union, 'union') ?? union, undefined);
  if (!type) return undefined;
  const initialElement = childNamed(element, 'initialValue');
  const initial = initialElement && importValue(place, initialElement, type);
  return { kind: 'type', name, namespace: [], usings: [], type, ...(initial && { initial }), span };
}

/** The value that an `initialValue` or `value` element holds. */
export function importValue(place: Place, holder: XmlElement, type: TypeNode | undefined): Expression | undefined {
  const span = spanOf(place, holder);
  const simple = childNamed(holder, 'simpleValue');
  if (simple) return importSimpleValue(place, simple, type);
  const array = childNamed(holder, 'arrayValue');
  if (array) {
    const elementType = type?.kind === 'array' ? type.element : undefined;
    const elements = childrenNamed(array, 'value').flatMap((element) => {
      const value = importValue(place, element, elementType);
      const written = element.attributes.get('repetitionValue')?.trim() ?? '1';
      const repeat =
        written === '1' || written === ''
          ? undefined
          : parseExpressionText(place, attributeText(place, element, 'repetitionValue'));
      return value ? [{ values: [value], ...(repeat && { repeat }) }] : [];
    });
    return { kind: 'arrayInit', elements, span };
  }
  const struct = childNamed(holder, 'structValue');
  if (struct) {
    const members = childrenNamed(struct, 'value').flatMap((element) => {
      const name = requiredAttribute(place, element, 'member');
      const value = importValue(place, element, undefined);
      return name !== undefined && value ? [{ name, value, span: spanOf(place, element) }] : [];
    });
    return { kind: 'structInit', members, span };
  }
  return undefined;
}

function importSimpleValue(place: Place, element: XmlElement, type: TypeNode | undefined): Expression | undefined {
  const written = element.attributes.get('value')?.trim() ?? '';
  // Beremiz and its kin leave the quotes of strings out.
  if (type?.kind === 'string' && place.dialect === 'other' && !/^['"]|#/.test(written)) {
    return { kind: 'string', wide: type.wide, value: written, span: spanOf(place, element) };
  }
  return written === '' ? undefined : parseInitialText(place, attributeText(place, element, 'value'));
}

/** Type of a variable that CODESYS writes as a pointer although it is declared with open bounds. */
function openArrayType(place: Place, variable: XmlElement): TypeNode | undefined {
  const text = attributesOf(variable).get('variable_length_array');
  if (text === undefined || text === '') return undefined;
  return parseTypeText(place, {
    file: place.document.file,
    text,
    language: 'ST',
    firstLine: 1,
    firstColumn: 1,
    ...(place.pou !== undefined && { pou: place.pou }),
  });
}

// ---------------------------------------------------------------- variables

const variableChildren = new Set(['type', 'initialValue', 'documentation', 'addData']);

/** Undefined after an error was reported. */
export function importVariable(
  place: Place,
  element: XmlElement,
  inStructure = false,
): VariableDeclaration | undefined {
  warnUnknownChildren(place, element, variableChildren);
  const name = declaredName(place, element);
  const holder = childNamed(element, 'type');
  if (!holder) {
    place.problems.report('E0013', spanOf(place, element), `The variable ${name ?? ''} has no <type>; give it one.`);
    return undefined;
  }
  const type = openArrayType(place, element) ?? importType(place, holder);
  if (name === undefined || !type) return undefined;
  const initialElement = childNamed(element, 'initialValue');
  const initial = initialElement && importValue(place, initialElement, type);
  const relative = inStructure ? relativeAddress(element.attributes.get('address')?.trim() ?? '') : undefined;
  const location = relative ? undefined : importAddress(place, element);
  const args = importInputAssignments(place, element);
  const edge = /^(rising|falling)$/.exec(element.attributes.get('edge') ?? '')?.[1] as 'rising' | 'falling' | undefined;
  return {
    name,
    type,
    ...(initial && { initial }),
    ...(location && { location }),
    ...(relative && { relative: { ...relative, span: spanOf(place, element) } }),
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
          return value
            ? [{ ...(name !== '' && { name }), direction: 'in', value, span: spanOf(place, assignment) }]
            : [];
        });
      }),
    ),
  );
}
