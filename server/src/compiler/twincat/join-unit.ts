import type { Place } from '../plcopen/import-place.js';
import { report } from '../plcopen/import-place.js';
import type { XmlElement } from '../plcopen/xml-tree.js';
import { childNamed, textOf } from '../plcopen/xml-tree.js';
import type { JoinedText } from './joined-text.js';

/** What has no text in a unit: folders of its members, and numbers that TwinCAT gives its lines. */
const silent = new Set(['Declaration', 'Implementation', 'Folder', 'LineIds', 'Attributes', 'Description']);

/** The text of a program unit or interface: its declaration and body, those of its members, and the words that end each. */
export function joinUnit(place: Place, unit: XmlElement, into: JoinedText): void {
  const declaration = childNamed(unit, 'Declaration');
  const name = unit.attributes.get('Name')?.trim() ?? '';
  const keyword =
    unit.name === 'Itf' ? 'INTERFACE' : declaration && keywordOf(textOf(place.document, declaration).text);
  if (keyword === undefined) {
    report(
      place,
      'E0015',
      unit,
      `The declaration of ${name} begins with none of PROGRAM, FUNCTION_BLOCK and FUNCTION; write it so.`,
    );
    return;
  }
  into.add(declaration);
  joinBody(place, unit, name, into);
  for (const member of unit.children) {
    const whole = `${name}.${member.attributes.get('Name')?.trim() ?? ''}`;
    switch (member.name) {
      case 'Method':
        into.add(childNamed(member, 'Declaration'));
        joinBody(place, member, whole, into);
        into.say('END_METHOD', member.contentEnd);
        break;
      case 'Property':
        joinProperty(place, member, whole, into);
        break;
      case 'Action':
        into.say(`ACTION ${member.attributes.get('Name')?.trim() ?? ''}:`, member.start);
        joinBody(place, member, whole, into);
        into.say('END_ACTION', member.contentEnd);
        break;
      case 'Transition':
        // Transitions are of charts, which are reported as bodies.
        break;
      default:
        if (!silent.has(member.name))
          report(place, 'W0011', member, `<${member.name}> in ${name} is not understood and has no effect.`);
    }
  }
  into.say(`END_${keyword}`, unit.contentEnd);
}

function joinProperty(place: Place, property: XmlElement, name: string, into: JoinedText): void {
  into.add(childNamed(property, 'Declaration'));
  for (const half of ['Get', 'Set'] as const) {
    const accessor = childNamed(property, half);
    if (!accessor) continue;
    const declaration = childNamed(accessor, 'Declaration');
    // An accessor may have a specifier of its own, in front of its variables.
    const own =
      declaration && /^\s*(PUBLIC|PRIVATE|PROTECTED|INTERNAL)\b/i.exec(textOf(place.document, declaration).text);
    if (declaration && own) {
      into.say(`${own[1]!} ${half.toUpperCase()}`, declaration.contentStart);
      into.add(declaration, own[0].length);
    } else {
      into.say(half.toUpperCase(), accessor.start);
      into.add(declaration);
    }
    joinBody(place, accessor, `${name}.${half}`, into);
    into.say(`END_${half.toUpperCase()}`, accessor.contentEnd);
  }
  into.say('END_PROPERTY', property.contentEnd);
}

/** What the elements of bodies that are no text stand for. */
const drawn: Readonly<Record<string, string>> = {
  NWL: 'ladder diagram, function blocks or an instruction list',
  CFC: 'a continuous function chart',
  SFC: 'a sequential function chart',
  UML: 'a diagram of UML',
};

function joinBody(place: Place, owner: XmlElement, name: string, into: JoinedText): void {
  for (const body of childNamed(owner, 'Implementation')?.children ?? []) {
    if (body.name === 'ST') into.add(body);
    else
      report(
        place,
        'E0016',
        body,
        `The body of ${name} is ${drawn[body.name] ?? 'no text'} in TwinCAT's own form <${body.name}>, which is not supported; export it as PLCopen XML, or write it in ST.`,
      );
  }
}

/** The word that a declaration begins with, behind its comments and attributes. */
const keywordOf = (declaration: string): string | undefined =>
  /\b(FUNCTION_BLOCK|FUNCTION|PROGRAM)\b/i
    .exec(declaration.replace(/\(\*[^]*?\*\)|\/\*[^]*?\*\/|\/\/.*|\{[^}]*\}/g, ' '))?.[1]
    ?.toUpperCase();
