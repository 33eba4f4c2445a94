import type { Type } from '../check/types.js';
import { nullType } from '../check/types.js';
import type { Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { i32 } from '../ir/make.js';
import { lowerCall } from './lower-call.js';
import { lowerDirect } from './lower-direct.js';
import { lowerIndex } from './lower-index.js';
import { lowerEnumLiteral, lowerLiteral, lowerTimeLiteral } from './lower-literal.js';
import { lowerMember } from './lower-member.js';
import { lowerName, selfReceiver } from './lower-name.js';
import { lowerBinary } from './lower-operator.js';
import { lowerUnary } from './lower-unary.js';
import { lowerPart } from './lower-part.js';
import { instancePlace } from './lower-place.js';
import { derefReference, lowerDeref } from './lower-pointer.js';
import { errorOperand, type Operand } from './operand.js';

export const isValueOperand = (operand: Operand): boolean =>
  operand.kind === 'value' || operand.kind === 'literal' || operand.kind === 'place' || operand.kind === 'memory';

/** Binds, checks and lowers an expression. REFERENCE TO variables stand for what they refer to. */
export function lowerExpression(f: FunctionBuilder, node: Expression, expected?: Type): Operand {
  return lower(f, node, expected, false);
}

/** The same with REFERENCE TO variables as such: for REF=, ^ and checks of references. */
export function lowerRaw(f: FunctionBuilder, node: Expression, expected?: Type): Operand {
  return lower(f, node, expected, true);
}

function lower(f: FunctionBuilder, node: Expression, expected: Type | undefined, raw: boolean): Operand {
  switch (node.kind) {
    case 'int':
    case 'real':
    case 'bool':
    case 'string':
      return lowerLiteral(f, node);
    case 'duration':
    case 'date':
      return lowerTimeLiteral(f, node);
    case 'null':
      return { kind: 'value', type: nullType, ir: i32(0) };
    case 'enumLiteral':
      return lowerEnumLiteral(f, node);
    case 'name':
      return lowerName(f, node, expected, raw);
    case 'member':
      return lowerMember(f, node, raw);
    case 'deref':
      return lowerDeref(f, node);
    case 'index':
      return lowerIndex(f, node, raw);
    case 'partial':
      return lowerPart(f, node);
    case 'direct':
      return lowerDirect(f, node);
    case 'call': {
      const result = lowerCall(f, node, expected);
      return raw ? result : derefReference(f, result, node.span);
    }
    case 'unary':
      return lowerUnary(f, node, expected);
    case 'binary':
      return lowerBinary(f, node, expected);
    case 'this':
    case 'super':
      return lowerSelf(f, node.kind, node.span);
    case 'arrayInit':
    case 'structInit':
    case 'defaultInit':
      f.c.problems.report(
        'E3012',
        node.span,
        'A list of values can only be assigned to an array or structure, or be an initial value.',
      );
      return errorOperand;
  }
}

function lowerSelf(f: FunctionBuilder, kind: 'this' | 'super', span: Expression['span']): Operand {
  const receiver = selfReceiver(f);
  const block = f.scope.block;
  if (!receiver || !block || block.pouKind === 'program') {
    f.c.problems.report('E5011', span, `${kind.toUpperCase()} is only known within function blocks and classes.`);
    return errorOperand;
  }
  if (kind === 'this') return { kind: 'place', type: block.type, place: receiver.place, dynamic: true, self: true };
  if (!block.base) {
    f.c.problems.report('E5011', span, `'${block.name}' extends nothing, so it has no SUPER.`);
    return errorOperand;
  }
  // Its methods are those of the base, whatever the instance is: calls are not dispatched.
  return { kind: 'place', type: block.base.type, place: instancePlace(f, 0, 'SUPER'), self: true };
}
