import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Problems } from '../problems.js';

/** Libraries whose names a project uses and no document declares. Each is told once, with what is missing of it. */
export interface MissingLibraries {
  /** Notes `Library.Name`, whose library no document has. False where the name has no such form. */
  noteQualified(name: string, span: SourceSpan, isNamespace: (key: string) => boolean): boolean;
  /** Notes the name of a library that stands before a dot. False where it is not known as one. */
  noteLibrary(name: string, span: SourceSpan): boolean;
  /** E0017 for each. */
  report(problems: Problems): void;
}

/** `named`: what the documents themselves call the libraries that they refer to. */
export function createMissingLibraries(named: readonly string[]): MissingLibraries {
  const referred = new Set(named.map(foldName));
  const missing = new Map<
    string,
    { readonly name: string; readonly span: SourceSpan; readonly members: Set<string> }
  >();
  const libraryOf = (name: string, span: SourceSpan): { readonly members: Set<string> } => {
    const key = foldName(name);
    const known = missing.get(key) ?? { name, span, members: new Set<string>() };
    missing.set(key, known);
    return known;
  };
  return {
    noteQualified(name, span, isNamespace) {
      const dot = name.indexOf('.');
      if (dot < 1 || isNamespace(foldName(name.slice(0, dot)))) return false;
      libraryOf(name.slice(0, dot), span).members.add(name.slice(dot + 1));
      return true;
    },
    noteLibrary(name, span) {
      const key = foldName(name);
      if (!missing.has(key) && !referred.has(key)) return false;
      libraryOf(name, span);
      return true;
    },
    report(problems) {
      for (const { name, span, members } of missing.values()) {
        const shown = [...members].slice(0, 8);
        const more = members.size > shown.length ? ` and ${members.size - shown.length} more` : '';
        const uses = shown.length > 0 ? ` (${shown.join(', ')}${more})` : '';
        problems.report(
          'E0017',
          span,
          `The library '${name}' is used${uses} but in no document of the project; add its sources.`,
        );
      }
    },
  };
}
