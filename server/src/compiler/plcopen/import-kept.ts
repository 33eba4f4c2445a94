import type { Declaration } from '../syntax/ast.js';
import type { Place } from './import-place.js';
import { programText } from './import-place.js';
import { parseDeclarationsText } from './parse-text.js';
import { sourceDataName } from './print-declaration.js';
import type { XmlElement } from './xml-tree.js';
import { childrenNamed } from './xml-tree.js';

/** The declarations that export kept as text beside an element, because TC6 can't express them; undefined where there are none. */
export function importKeptSource(place: Place, element: XmlElement): readonly Declaration[] | undefined {
  for (const list of childrenNamed(element, 'addData')) {
    for (const data of list.children) {
      if (data.attributes.get('name') === sourceDataName) return parseDeclarationsText(place, programText(place, data));
    }
  }
  return undefined;
}
