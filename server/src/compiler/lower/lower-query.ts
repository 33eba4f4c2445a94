import { extendsBlock, implementsInterface } from '../check/lookup.js';
import type { BlockSymbol } from '../check/symbols.js';
import { typeName } from '../check/type-name.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { binary, cond, i32, load } from '../ir/make.js';
import type { CallExpression, Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { assignOperand } from './lower-assign.js';
import { operandType, rvalue } from './lower-convert.js';
import { isValueOperand, lowerExpression } from './lower-expression.js';
import { errorOperand, type Operand } from './operand.js';
import { blockOfType, interfaceOfType } from './type-symbol.js';

/**
 * `__QUERYINTERFACE(from, to)` of CODESYS: whether the object that the interface `from` refers to also has the interface of `to`;
 * `to` refers to it then, else to nothing. `__QUERYPOINTER` the same with a pointer to a block. The program is closed, so all types
 * are known, and the number in an object's header word says which one it has.
 */
export function lowerQuery(
  f: FunctionBuilder,
  name: string,
  node: CallExpression,
  args: readonly Expression[],
): Operand {
  const [from, to] = args.map((arg) => lowerExpression(f, arg)) as [Operand, Operand];
  if (from.kind === 'error' || to.kind === 'error') return errorOperand;
  const source = operandType(from);
  const target = operandType(to);
  const wanted = interfaceOfType(target);
  const block = target.kind === 'pointer' ? blockOfType(target.target) : undefined;
  const fits = name === '__QUERYPOINTER' ? block : wanted;
  if (source.kind !== 'interface' || !isValueOperand(from) || !fits) {
    const second = name === '__QUERYPOINTER' ? 'a pointer to a function block' : 'a variable of an interface';
    f.c.problems.report(
      'E4001',
      node.span,
      `${name} takes a reference to an object through an interface, and ${second}; not ${typeName(source)} and ${typeName(target)}.`,
    );
    return errorOperand;
  }
  const has = (symbol: BlockSymbol): boolean =>
    wanted ? implementsInterface(symbol, wanted) : block !== undefined && extendsBlock(symbol, block);
  const types = [...f.c.table.types.values()].filter(
    (symbol): symbol is BlockSymbol => symbol.kind === 'block' && symbol.header && has(symbol),
  );
  const ir = f.sequence(() => {
    const object = f.once(rvalue(f, from, args[0]!.span), 'object');
    const type = f.local('i32', 'type');
    const held: IrExpr = { op: 'local', type: 'i32', local: type };
    // Address 0 is readable, and no object.
    f.emit({ op: 'setLocal', local: type, value: cond(object, load('i32', 'i32', object), i32(0)) });
    const found = f.once(
      types.reduce<IrExpr>((any, { typeId }) => binary('i32.or', any, binary('i32.eq', held, i32(typeId))), i32(0)),
      'found',
    );
    const reference: Operand = { kind: 'value', type: target, ir: cond(found, object, i32(0)) };
    assignOperand(f, to, reference, args[1]!.span);
    return found;
  });
  return { kind: 'value', type: e.BOOL, ir };
}
