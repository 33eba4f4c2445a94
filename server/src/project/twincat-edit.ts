import { HostError } from '../model/host-error.js';
import { bodyRange, pousInText, type PouPlace } from './pou-source.js';

/** What an edit puts between two offsets of a document. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/**
 * The edits that give a unit of a TwinCAT document another source, last one first: its whole element, the text of a unit without
 * members, or its statements alone.
 */
export function twincatEdits(text: string, place: PouPlace, source: string): readonly Splice[] {
  if (/^\s*<(POU|Itf)\b/.test(source)) return [{ start: place.start, end: place.end, insert: source.trim() }];
  const [unit, more] = pousInText(source);
  if (!unit) return [contentOf(text, place, 'ST', `\n${source.trim()}\n`)];
  const body = bodyRange(source, unit);
  if (more || /\b(METHOD|PROPERTY|ACTION)\b/i.test(source.slice(body.end, unit.end)))
    throw new HostError(
      'INVALID_REQUEST',
      `The members of '${place.name}' are elements of their own; put the whole <POU> element, or the unit without members.`,
      { pou: place.name },
    );
  const declaration = contentOf(text, place, 'Declaration', `${source.slice(0, body.start).trim()}\n`);
  if (text.startsWith('<Itf', place.start)) return [declaration];
  return [contentOf(text, place, 'ST', `${source.slice(body.start, body.end).trim()}\n`), declaration];
}

/** Text in place of what the unit's own element of that name has; its members have such elements, too, behind it. */
function contentOf(text: string, place: PouPlace, name: 'Declaration' | 'ST', content: string): Splice {
  const whole = text.slice(place.start, place.end);
  const members = /<!\[CDATA\[.*?\]\]>|(<(?:Method|Property|Action|Transition)\b)/gs;
  let own = whole.length;
  for (const match of whole.matchAll(members)) {
    if (match[1] === undefined) continue;
    own = match.index;
    break;
  }
  const found = new RegExp(`<${name}>(<!\\[CDATA\\[.*?\\]\\]>|[^<])*</${name}>`, 's').exec(whole.slice(0, own));
  if (!found)
    throw new HostError('UNSUPPORTED', `'${place.name}' has no <${name}> that is text; put the whole element.`, {
      pou: place.name,
    });
  const start = place.start + found.index;
  const insert = `<${name}><![CDATA[${content.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${name}>`;
  return { start, end: start + found[0].length, insert };
}
