import type { Expression, SfcAssociation } from '../syntax/ast.js';
import { chartSpan } from './import-graph.js';
import type { Place } from './import-place.js';
import { attributeText, vendorDataNamed } from './import-place.js';
import { parseExpressionText } from './parse-text.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed, childrenNamed, plainText } from './xml-tree.js';

const qualifiers = ['N', 'R', 'S', 'L', 'D', 'P', 'SD', 'DS', 'SL', 'P0', 'P1'] as const;
const timed = new Set<string>(['L', 'D', 'SD', 'DS', 'SL']);

/** The actions of an action block, in order. */
export function importActionBlock(place: Place, block: XmlElement): readonly SfcAssociation[] {
  return childrenNamed(block, 'action').flatMap((element): SfcAssociation[] => {
    const span = chartSpan(place, block);
    const written = element.attributes.get('qualifier')?.trim().toUpperCase() || 'N';
    const qualifier = qualifiers.find((known) => known === written);
    if (!qualifier) {
      place.problems.report(
        'E6026',
        span,
        `"${written}" is no qualifier of an action; write N, R, S, L, D, P, SD, DS, SL, P0 or P1.`,
      );
      return [];
    }
    const action = importAction(place, element, block);
    if (!action) return [];
    let duration = importDuration(place, element);
    if (timed.has(qualifier) && !duration) {
      place.problems.report(
        'W6005',
        span,
        `The qualifier ${qualifier} has no duration, so it counts as zero; give one such as T#1s.`,
      );
      duration = { kind: 'duration', ns: 0n, typeName: 'TIME', span };
    }
    const indicator = filled(element, 'indicator')
      ? parseExpressionText(place, attributeText(place, element, 'indicator'))
      : undefined;
    return [{ qualifier, action, ...(duration && { duration }), ...(indicator && { indicator }), span }];
  });
}

const filled = (element: XmlElement, name: string): boolean => (element.attributes.get(name) ?? '').trim() !== '';

function importAction(place: Place, element: XmlElement, block: XmlElement): SfcAssociation['action'] | undefined {
  const reference = childNamed(element, 'reference');
  if (reference) {
    const name = reference.attributes.get('name')?.trim() ?? '';
    if (name !== '') return { kind: 'named', name };
    place.problems.report(
      'E6026',
      chartSpan(place, block),
      'This action has no name; name an action or a BOOL variable.',
    );
    return undefined;
  }
  const inline = childNamed(element, 'inline');
  const body = inline && place.bodyIn(place, inline);
  if (!inline)
    place.problems.report(
      'E6026',
      chartSpan(place, block),
      'This action is empty; name an action or a BOOL variable, or write statements.',
    );
  return body && { kind: 'inline', body };
}

/** Durations come as `T#10s`, as the name of a variable, or as bare `10s`. */
function importDuration(place: Place, element: XmlElement): Expression | undefined {
  if (!filled(element, 'duration')) return undefined;
  const source = attributeText(place, element, 'duration');
  const bare = /^\s*\d[\d._]*(d|h|m|s|ms|us|ns)/i.test(source.text);
  return parseExpressionText(place, bare ? { ...source, text: `T#${source.text.trim()}` } : source);
}

// ---------------------------------------------------------------- CODESYS

const guid = {
  entry: 'a6b08bd8-b696-47e3-9cbf-7408b61c9ff8',
  main: '700a583f-b4d4-43e4-8c14-629c7cd3bec8',
  exit: 'a2621e18-7de3-4ea6-ae6d-89e9e0b7befd',
  minimumTime: 'cacf1a68-236e-47c2-b7b1-1cf9199718cb',
  priority: '8294df19-5962-4dee-a874-1051dabb0e3e',
} as const;

function vendorAttribute(place: Place, element: XmlElement, id: string): XmlElement | undefined {
  for (const data of vendorDataNamed(element, 'sfc/element')) {
    for (const list of data.children) {
      const found = list.children.find((attribute) => attribute.attributes.get('guid')?.toLowerCase() === id);
      if (found && plainText(place.document, found) !== '') return found;
    }
  }
  return undefined;
}

/** Vendor data of a transition; priority 0 means none. */
export function vendorAttributes(place: Place, element: XmlElement): { readonly priority?: number } {
  const priority = Number(plainText(place.document, vendorAttribute(place, element, guid.priority)) || '0');
  return Number.isSafeInteger(priority) && priority > 0 ? { priority } : {};
}

/** Entry, main and exit actions that CODESYS attaches to steps by name: P1, N and P0. */
export function importStepActions(place: Place, element: XmlElement): readonly SfcAssociation[] {
  const attached = [
    ['P1', guid.entry],
    ['N', guid.main],
    ['P0', guid.exit],
  ] as const;
  return attached.flatMap(([qualifier, id]) => {
    const name = plainText(place.document, vendorAttribute(place, element, id));
    return name === ''
      ? []
      : [
          {
            qualifier,
            action: { kind: 'named' as const, name },
            ofStep: true as const,
            span: chartSpan(place, element),
          },
        ];
  });
}

/** `step.T >= minimum`, where CODESYS gives the step a minimum time. */
export function minimumTime(
  place: Place,
  elements: ReadonlyMap<string, XmlElement>,
  stepName: string,
): string | undefined {
  const step = [...elements.values()].find(
    (element) => element.name === 'step' && element.attributes.get('name')?.trim() === stepName,
  );
  const holder = step && vendorAttribute(place, step, guid.minimumTime);
  return holder && `${stepName}.T >= (${plainText(place.document, holder)})`;
}
