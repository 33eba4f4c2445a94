import { watchedVariables } from '../program.js';

const plain = new Set(watchedVariables.filter((term) => !term.endsWith('*')));
const prefixes = watchedVariables.filter((term) => term.endsWith('*')).map((term) => term.slice(0, -1));

/** Whether a restricted watch selects a variable. */
export function isSelected(path: string): boolean {
  return plain.has(path) || prefixes.some((prefix) => path.startsWith(prefix));
}
