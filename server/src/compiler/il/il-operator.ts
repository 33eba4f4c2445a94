/** An operator of Instruction List with its modifiers. IEC 61131-3:2013, tables 68 to 70. */
export interface IlOperator {
  readonly op: string;
  readonly negated: boolean;
  readonly conditional: boolean;
  /** What follows: an operand, none, a label, an instance, or perhaps an operand (`NOT`). */
  readonly takes: 'operand' | 'nothing' | 'label' | 'instance';
}

const table = new Map<string, IlOperator>();
const add = (word: string, op: string, takes: IlOperator['takes'], negated = false, conditional = false): void => {
  table.set(word, { op, negated, conditional, takes });
};
for (const op of ['LD', 'ST', 'AND', 'OR', 'XOR']) {
  add(op, op, 'operand');
  add(`${op}N`, op, 'operand', true);
}
add('&', 'AND', 'operand');
add('&N', 'AND', 'operand', true);
for (const op of ['ADD', 'SUB', 'MUL', 'DIV', 'MOD', 'GT', 'GE', 'EQ', 'NE', 'LE', 'LT', 'S', 'R'])
  add(op, op, 'operand');
add('NOT', 'NOT', 'nothing');
const control: readonly (readonly [string, IlOperator['takes']])[] = [['JMP', 'label'], ['CAL', 'instance'], ['RET', 'nothing']]; // prettier-ignore
for (const [op, takes] of control) {
  add(op, op, takes);
  add(`${op}C`, op, takes, false, true);
  add(`${op}CN`, op, takes, true, true);
}
// Table 70: an input of a standard function block as operator, `CU counter`.
for (const op of ['S1', 'R1', 'CLK', 'CU', 'CD', 'PV', 'IN', 'PT']) add(op, op, 'instance');

/** The operator that a word is, in any case; undefined for the name of a function. */
export function findIlOperator(word: string): IlOperator | undefined {
  return word.length > 5 ? undefined : table.get(word.toUpperCase());
}
