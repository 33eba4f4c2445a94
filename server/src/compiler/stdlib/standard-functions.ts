import { arithmeticFunctions } from './arithmetic-functions.js';
import { bcdFunction } from './bcd-functions.js';
import { bitFunctions } from './bit-functions.js';
import { comparisonFunctions } from './comparison-functions.js';
import { conversionFunction } from './conversion-functions.js';
import { dateFunctions } from './date-functions.js';
import { endianFunctions } from './endian-functions.js';
import { memoryFunctions } from './memory-functions.js';
import { numericFunctions } from './numeric-functions.js';
import { selectionFunctions } from './selection-functions.js';
import type { FindStandardFunction, StandardFunction } from './standard-function.js';
import { stringFunctions, wideStringFunctions } from './string-functions.js';
import { typedFunction } from './typed-function.js';
import { utilityFunctions } from './utility-functions.js';
import { validationFunctions } from './validation-functions.js';

/** The functions with a fixed name. Names made of types (INT_TO_STRING, ADD_DINT) are recognised on demand. */
export const namedFunctions: readonly StandardFunction[] = [
  ...numericFunctions,
  ...arithmeticFunctions,
  ...bitFunctions,
  ...selectionFunctions,
  ...comparisonFunctions,
  ...stringFunctions,
  ...wideStringFunctions,
  ...dateFunctions,
  ...endianFunctions,
  ...validationFunctions,
  ...memoryFunctions,
  ...utilityFunctions,
];

let byName: Map<string, StandardFunction> | undefined;
const onDemand = new Map<string, StandardFunction | undefined>();
/** Names asked for that are no standard functions are remembered too, up to this many. */
const mostRemembered = 10_000;

/** Finds a standard function by upper-case name. */
export const findStandardFunction: FindStandardFunction = (name) => {
  byName ??= new Map(namedFunctions.map((f) => [f.name, f]));
  const named = byName.get(name);
  if (named) return named;
  if (!name.includes('_') && name !== 'TRUNC') return undefined;
  if (onDemand.has(name)) return onDemand.get(name);
  const made = bcdFunction(name) ?? conversionFunction(name) ?? typedFunction(name, (base) => byName?.get(base));
  if (onDemand.size < mostRemembered) onDemand.set(name, made);
  return made;
};
