import { foldName } from '../../model/identifier.js';
import type { Problems } from '../problems.js';
import type { PouDeclaration } from '../syntax/ast.js';
import type { GraphBody, GraphElement, Wire } from '../syntax/graph.js';
import type { Block, Output } from './graph-call.js';
import { isEnableOut, passedPin } from './graph-call.js';
import type { GraphDeclarations } from './graph-type.js';
import { wiresInto } from './graph-order.js';

/**
 * Wires that come from outputs which their blocks are drawn without. An output that the type of the block declares joins those drawn.
 * Any other is W6008, and the wire gets the main output: the first that is neither ENO nor an in-out parameter. TwinCAT writes
 * such names, those of variables, where an output assigns one.
 */
export function mendWires(body: GraphBody, problems: Problems, declared: GraphDeclarations): GraphBody {
  const blocks = new Map(body.elements.flatMap((element) => (element.kind === 'block' ? [[element.id, element]] : [])));
  const mended = new Map<Wire, Wire>();
  const added = new Map<Block, Output[]>();
  const look = (wires: readonly Wire[], element: GraphElement | undefined): void => {
    for (const wire of wires) {
      const block = blocks.get(wire.from);
      if (!block || !isMissing(block, wire)) continue;
      const name = declaredOutput(block, wire, declared);
      const main = block.outputs.find((output) => !isEnableOut(output) && !passedPin(block, output.name))?.name;
      if (name !== undefined) {
        const known = added.get(block) ?? [];
        if (!known.some((output) => output.name === name)) known.push({ name, negated: false, storage: 'none' });
        added.set(block, known);
      } else if (main !== undefined) {
        mended.set(wire, { from: wire.from, parameter: main });
        const { span, element: drawn } = element ?? block;
        problems.report(
          'W6008',
          span,
          `A wire of this ${drawn.kind} comes from the output ${wire.parameter} of the block ${block.id}, which ${block.typeName} doesn't have; its output ${main} is taken.`,
        );
      }
    }
  };
  for (const element of body.elements) look(wiresInto(element), element);
  look(body.result ?? [], undefined);
  if (mended.size === 0 && added.size === 0) return body;
  const all = (wires: readonly Wire[]): readonly Wire[] => wires.map((wire) => mended.get(wire) ?? wire);
  const elements = body.elements.map((element): GraphElement => {
    if (element.kind === 'block')
      return {
        ...element,
        inputs: element.inputs.map((pin) => ({ ...pin, wires: all(pin.wires) })),
        inOuts: element.inOuts.map((pin) => ({ ...pin, wires: all(pin.wires) })),
        outputs: [...element.outputs, ...(added.get(element) ?? [])],
      };
    return 'input' in element ? { ...element, input: all(element.input) } : element;
  });
  return { ...body, elements, ...(body.result && { result: all(body.result) }) };
}

/** Whether a wire names an output that its block is drawn without. A block without any is drawn in short. */
function isMissing(block: Block, { parameter }: Wire): boolean {
  if (parameter === undefined || block.outputs.length === 0) return false;
  const key = foldName(parameter);
  return ![...block.outputs, ...block.inOuts, ...block.inputs].some((pin) => foldName(pin.name) === key);
}

function declaredOutput(block: Block, { parameter }: Wire, declared: GraphDeclarations): string | undefined {
  const key = foldName(parameter!);
  if (isEnableOut({ name: key })) return 'ENO';
  const seen = new Set<PouDeclaration>();
  let type = declared.findPou?.(block.typeName);
  while (type && !seen.has(type)) {
    seen.add(type);
    const outputs = type.blocks.flatMap(({ section, variables }) => (section === 'VAR_OUTPUT' ? variables : []));
    const found = outputs.find(({ name }) => foldName(name) === key);
    if (found) return found.name;
    type = type.extends[0] === undefined ? undefined : declared.findPou?.(type.extends[0]);
  }
  return undefined;
}
