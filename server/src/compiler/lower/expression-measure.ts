import type { Expression } from '../syntax/ast.js';

/** Made of literals only: without a type of its own. */
export function isConstant(value: Expression): boolean {
  switch (value.kind) {
    case 'int':
    case 'real':
    case 'bool':
    case 'string':
    case 'duration':
    case 'date':
    case 'enumLiteral':
      return true;
    case 'unary':
      return isConstant(value.operand);
    case 'binary':
      return isConstant(value.left) && isConstant(value.right);
    default:
      return false;
  }
}

/** Whether evaluating it may do something. */
export function hasCall(value: Expression): boolean {
  switch (value.kind) {
    case 'call':
      return true;
    case 'unary':
      return hasCall(value.operand);
    case 'binary':
      return hasCall(value.left) || hasCall(value.right);
    case 'member':
    case 'deref':
    case 'partial':
      return hasCall(value.object);
    case 'index':
      return hasCall(value.object) || value.indices.some(hasCall);
    default:
      return false;
  }
}

/** Height of the tree. */
export function heightOf(value: Expression): number {
  switch (value.kind) {
    case 'unary':
      return 1 + heightOf(value.operand);
    case 'binary':
      return 1 + Math.max(heightOf(value.left), heightOf(value.right));
    case 'call':
      return 1 + Math.max(0, ...value.args.map((argument) => (argument.value ? heightOf(argument.value) : 0)));
    default:
      return 1;
  }
}
