import { foldName } from '../../model/identifier.js';
import type { IlInstruction } from '../syntax/ast.js';

/** What an instruction does to the current result. */
export interface IlEffect {
  /** Works with the value that is there. */
  readonly reads: boolean;
  /** Leaves a value of its own. */
  readonly writes: boolean;
}

const storing = new Set(['ST', 'S', 'R']);
const inputs = new Set(['S1', 'R1', 'CLK', 'CU', 'CD', 'PV', 'IN', 'PT']);
const operators = new Set([
  'AND', 'OR', 'XOR', 'ADD', 'SUB', 'MUL', 'DIV', 'MOD', 'GT', 'GE', 'EQ', 'NE', 'LE', 'LT',
]); // prettier-ignore

/** Operators that combine the current result with operands. */
export const isCombining = (op: string): boolean => operators.has(op);
/** An input of a standard function block used as an operator. */
export const isInputOperator = (op: string): boolean => inputs.has(op);

/** `callsFunction` tells a CAL of a function from one of an instance. */
export function effectOf(instruction: IlInstruction, callsFunction: (instruction: IlInstruction) => boolean): IlEffect {
  const { op, conditional } = instruction;
  switch (op) {
    case '':
      return { reads: false, writes: false };
    case 'LD':
      return { reads: false, writes: true };
    case 'CAL':
      if (callsFunction(instruction)) return { reads: !instruction.args, writes: true };
      return { reads: conditional, writes: false };
    case 'JMP':
    case 'RET':
      return { reads: conditional, writes: false };
    case 'NOT':
      return { reads: true, writes: true };
    default:
  }
  if (storing.has(op) || inputs.has(op)) return { reads: true, writes: false };
  if (operators.has(op)) return { reads: !instruction.args, writes: true };
  return { reads: !instruction.args, writes: true };
}

/** Index of each label, folded. */
export function labelIndex(instructions: readonly IlInstruction[]): Map<string, number> {
  const labels = new Map<string, number>();
  instructions.forEach((instruction, i) => {
    if (instruction.label !== undefined && !labels.has(foldName(instruction.label)))
      labels.set(foldName(instruction.label), i);
  });
  return labels;
}

/** The label a jump leads to, folded. */
export function jumpTarget(instruction: IlInstruction): string | undefined {
  const target = instruction.op === 'JMP' ? instruction.operands[0] : undefined;
  return target?.kind === 'name' ? foldName(target.name) : undefined;
}

/**
 * For each instruction whether the current result is still needed before it runs (`into`) and behind it (`behind`). At the end of
 * the list it is needed where `atEnd`, as within parentheses.
 */
export function liveness(
  instructions: readonly IlInstruction[],
  callsFunction: (instruction: IlInstruction) => boolean,
  atEnd: boolean,
): { readonly into: readonly boolean[]; readonly behind: readonly boolean[] } {
  const count = instructions.length;
  const labels = labelIndex(instructions);
  const effects = instructions.map((instruction) => effectOf(instruction, callsFunction));
  const targets = instructions.map((instruction) => {
    const target = jumpTarget(instruction);
    return target === undefined ? undefined : labels.get(target);
  });
  const into = new Array<boolean>(count).fill(false);
  const behind = new Array<boolean>(count).fill(false);
  let changed = true;
  // Each pass goes backwards, so only backward jumps need another.
  while (changed) {
    changed = false;
    for (let i = count - 1; i >= 0; i -= 1) {
      const { op, conditional } = instructions[i]!;
      const falls = !((op === 'JMP' || op === 'RET') && !conditional);
      const target = targets[i];
      const next = i + 1 < count ? into[i + 1]! : atEnd;
      const after = (falls && next) || (target !== undefined && into[target]!);
      const before = effects[i]!.reads || (!effects[i]!.writes && after);
      if (after !== behind[i] || before !== into[i]) changed = true;
      behind[i] = after;
      into[i] = before;
    }
  }
  return { into, behind };
}

/** Nothing in the list changes a variable. */
export function isPlain(list: readonly IlInstruction[], callsFunction: (i: IlInstruction) => boolean): boolean {
  return list.every((i) => {
    if (i.label !== undefined || i.args) return false;
    if (i.op === 'LD' || i.op === 'NOT' || isCombining(i.op)) return i.nested ? isPlain(i.nested, callsFunction) : true;
    return false;
  });
}
