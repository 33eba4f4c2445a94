import type { PreludePou } from '../standard-function.js';

/** A prelude FUNCTION: its parameters and locals as `name : TYPE;` lists, and its body. */
export function preludeFunction(
  name: string,
  result: string,
  inputs: string,
  locals: string,
  body: string,
): PreludePou {
  const vars = locals === '' ? '' : `VAR ${locals} END_VAR\n`;
  return {
    name,
    text: `FUNCTION ${name} : ${result}\nVAR_INPUT ${inputs} END_VAR\n${vars}${body.trim()}\nEND_FUNCTION\n`,
  };
}
