import type { SourceText } from '../model/source-span.js';
import type { Profile } from './profile.js';
import { createProblems } from './problems.js';
import { parseUnit } from './st/parse-unit.js';
import { preludeFor } from './stdlib/prelude/prelude.js';
import type { Declaration } from './syntax/ast.js';

const parsed = new WeakMap<Profile, Map<string, readonly Declaration[]>>();

/** The standard library's POUs of a profile by folded name, parsed when they are first needed. */
export function standardDeclarations(profile: Profile): (key: string) => readonly Declaration[] | undefined {
  const prelude = preludeFor(profile);
  let known = parsed.get(profile);
  if (!known) {
    known = new Map();
    parsed.set(profile, known);
  }
  const cache = known;
  return (key) => {
    const found = cache.get(key);
    if (found) return found;
    const pou = prelude.get(key);
    if (!pou) return undefined;
    const source: SourceText = {
      file: `<standard library>/${pou.name}`,
      text: pou.text,
      language: 'ST',
      pou: pou.name,
      firstLine: 1,
      firstColumn: 1,
    };
    const problems = createProblems();
    const unit = parseUnit(source, problems);
    if (problems.errorCount > 0)
      throw new Error(`The standard library's ${pou.name} does not parse: ${problems.list()[0]!.message}`);
    const declarations = unit.declarations.map((d): Declaration => (d.kind === 'pou' ? { ...d, standard: true } : d));
    cache.set(key, declarations);
    return declarations;
  };
}
