import { defaultProfile, findProfile, profiles, type Profile } from './profile.js';

/** What a field of a profile may be: one of some words, yes or no, or a whole number in a range. */
type Field = readonly string[] | 'boolean' | { readonly least: number; readonly greatest: number };

/** Every point that a profile decides, and its values. The pages in docs/profiles explain them. */
export const profileFields = {
  integerOverflow: ['wrap', 'fault'],
  temporaries: ['typed', 'native'],
  realNonFinite: ['pass', 'fault'],
  realToInt: ['half-even', 'half-away', 'truncate'],
  realToIntOverflow: ['saturate', 'wrap'],
  bitStringToString: ['decimal', 'prefixed-hex', 'prefixed-hex-lower'],
  bitStringToBool: ['rightmost-bit', 'non-zero'],
  bitStringToReal: ['bits', 'value'],
  realToString: ['shortest', 'ten-digits'],
  timeToString: ['non-zero-units', 'leading-units'],
  time: ['ns64', 'ms32'],
  locatedOverlap: ['alias', 'separate'],
  graphOrder: ['execution-order', 'outputs-first', 'topological'],
  fTrigFirstCall: ['quiet', 'pulse'],
  sfcFinalScan: 'boolean',
  sfcSelection: ['first', 'all'],
  sfcConditionBlocks: ['tested', 'always'],
  openCoil: ['false', 'kept'],
  foreignCode: ['refused', 'skipped'],
  implicitConversion: ['widening', 'narrowing-with-warning'],
  defaultStringLength: { least: 1, greatest: 65_535 },
  subrangeStart: ['lower-limit', 'zero'],
  timeToRealUnit: ['s', 'ms'],
  longTimeUnit: ['ns', 's'],
  counterType: ['INT', 'WORD'],
  counterTop: ['type', 'preset'],
  processBlocks: ['annex-f', 'util'],
  indexFault: ['fault', 'clamp'],
  stringIndex: ['characters-from-1', 'units-from-0'],
  heapBytes: { least: 0, greatest: 16 * 1024 * 1024 },
  checkFunctions: ['ignored', 'called'],
  semicolonAfterEnd: ['expected', 'optional'],
} as const satisfies Record<Exclude<keyof Profile, 'name'>, Field>;

export type ParsedProfile = { readonly profile: Profile } | { readonly problems: readonly string[] };

/**
 * A user's own profile from the text of a JSON file: `{ "name": "plant", "extends": "codesys", "realToInt": "truncate" }`.
 * `extends` names a built-in profile (default `iec`); `name` is up to the user, but not a built-in one's. `problems` has a
 * sentence for everything that is wrong.
 */
export function parseProfile(text: string): ParsedProfile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problems: [`The profile is not JSON: ${error instanceof Error ? error.message : String(error)}.`] };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return { problems: ['A profile is a JSON object: { "name": ..., "extends": ..., ... }.'] };
  const problems: string[] = [];
  const given = new Map(Object.entries(json));
  const base = baseOf(given.get('extends'), problems);
  const name = nameOf(given.get('name'), problems);
  const changed: Record<string, unknown> = {};
  for (const [key, value] of given) {
    if (key === 'extends' || key === 'name') continue;
    const field = fieldOf(key);
    if (!field)
      problems.push(`A profile has no field "${key}"; its fields are ${Object.keys(profileFields).join(', ')}.`);
    else if (!allowed(field, value))
      problems.push(`"${key}" must be ${describe(field)}, not ${JSON.stringify(value)}.`);
    else changed[key] = value;
  }
  return problems.length > 0 ? { problems } : { profile: { ...base, ...changed, name } };
}

function baseOf(value: unknown, problems: string[]): Profile {
  if (value === undefined) return defaultProfile;
  const found = typeof value === 'string' ? findProfile(value) : undefined;
  if (!found)
    problems.push(
      `"extends" must name a built-in profile (${profiles.map((p) => p.name).join(', ')}), not ${JSON.stringify(value)}.`,
    );
  return found ?? defaultProfile;
}

function nameOf(value: unknown, problems: string[]): string {
  if (typeof value !== 'string' || !/^[A-Za-z][\w.-]{0,63}$/.test(value)) {
    problems.push('"name" must be a word of at most 64 letters, digits, ".", "_" and "-" that begins with a letter.');
    return '';
  }
  if (findProfile(value)) problems.push(`"${value}" is the name of a built-in profile; choose another.`);
  return value;
}

const fieldOf = (key: string): Field | undefined =>
  Object.hasOwn(profileFields, key) ? profileFields[key as keyof typeof profileFields] : undefined;

function allowed(field: Field, value: unknown): boolean {
  if (field === 'boolean') return typeof value === 'boolean';
  if ('least' in field)
    return Number.isInteger(value) && (value as number) >= field.least && (value as number) <= field.greatest;
  return typeof value === 'string' && field.includes(value);
}

function describe(field: Field): string {
  if (field === 'boolean') return 'true or false';
  if ('least' in field) return `a whole number from ${field.least} to ${field.greatest}`;
  return `one of ${field.map((word) => `"${word}"`).join(', ')}`;
}
