import type { SourceDocument } from '../compile-input.js';
import { decodeDocument } from '../plcopen/decode-document.js';
import type { Place } from '../plcopen/import-place.js';
import { createPlace, report, within } from '../plcopen/import-place.js';
import { readXml } from '../plcopen/read-xml.js';
import type { XmlElement } from '../plcopen/xml-tree.js';
import { childNamed } from '../plcopen/xml-tree.js';
import type { Problems } from '../problems.js';
import { parseUnit } from '../st/parse-unit.js';
import type { Declaration, GlobalsDeclaration, SourceUnit } from '../syntax/ast.js';
import { joinTask } from './join-task.js';
import { joinUnit } from './join-unit.js';
import { createJoinedText } from './joined-text.js';

/**
 * Reads an object of TwinCAT: XML around the text of a program unit with its members (TcPOU), a data type (TcDUT), a list of
 * globals (TcGVL), an interface (TcIO) or a task (TcTTO). The pieces are joined to the text of a plain source, whose positions are
 * those of the document, and parsed as such. Bodies that are drawn are reported, E0016.
 */
export function importTwincat(document: SourceDocument, problems: Problems): SourceUnit {
  const text = decodeDocument(document, problems);
  const xml = text === undefined ? undefined : readXml(document.name, text, problems);
  if (!xml) return { file: document.name, declarations: [] };
  const place = createPlace(xml, problems, () => undefined, 'codesys');
  const { root } = xml;
  if (root.name !== 'TcPlcObject')
    report(place, 'E0010', root, `<${root.name}> is no object of TwinCAT; its root is <TcPlcObject>.`);
  const declarations =
    root.name === 'TcPlcObject' ? root.children.flatMap((object) => importObject(place, object)) : [];
  return { file: document.name, dialect: 'codesys', declarations };
}

function importObject(place: Place, object: XmlElement): readonly Declaration[] {
  const joined = createJoinedText(place.document);
  switch (object.name) {
    case 'POU':
    case 'Itf':
      joinUnit(within(place, object.attributes.get('Name')?.trim() ?? ''), object, joined);
      break;
    case 'Task':
      joinTask(place, object, joined);
      break;
    case 'DUT':
    case 'GVL':
    case 'ParameterList':
      joined.add(childNamed(object, 'Declaration'));
      break;
    default:
      report(place, 'W0011', object, `The object <${object.name}> is not understood and has no effect.`);
      return [];
  }
  const { declarations } = parseUnit(joined.source(), place.problems);
  const isList = object.name === 'GVL' || object.name === 'ParameterList';
  return isList ? asList(object.attributes.get('Name')?.trim() ?? '', declarations) : declarations;
}

/** The VAR_GLOBAL blocks of an object are one list under its name; an attribute before the first is one of the list. */
function asList(list: string, declarations: readonly Declaration[]): readonly Declaration[] {
  const globals = declarations.filter((d): d is GlobalsDeclaration => d.kind === 'globals');
  const [first] = globals;
  if (!first) return declarations;
  const whole: GlobalsDeclaration = {
    ...first,
    ...(list !== '' && { list }),
    qualifiedOnly: globals.some(({ qualifiedOnly }) => qualifiedOnly),
    blocks: globals.flatMap(({ blocks }) => blocks),
  };
  return [whole, ...declarations.filter((d) => d.kind !== 'globals')];
}
