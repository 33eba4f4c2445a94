import { elementaryTypes as e, type LiteralType, type Type } from '../check/types.js';
import { typeName } from '../check/type-name.js';
import type { Profile } from '../profile.js';
import type { Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { adaptLiteral } from './literal-value.js';

/**
 * E3001, E3003: a literal of another kind than the type as an initial value. Statements of lenient profiles take it with a warning;
 * declarations of the products don't. Gives whether something was reported.
 */
export function checkInitialLiteral(f: FunctionBuilder, type: Type, expression: Expression): boolean {
  if (type.kind !== 'elementary' && type.kind !== 'subrange') return false;
  const literal = literalOf(expression);
  if (!literal) return false;
  const { form, value } = literal;
  const { profile } = f.c;
  const kind: LiteralType = { kind: 'literal', form };
  const found = adaptLiteral(kind, value, literal.based, type, strictOf(profile));
  const base = type.kind === 'subrange' ? type.base : type;
  const problem =
    'problem' in found
      ? found.problem
      : form === 'bool' && base !== e.BOOL
        ? `${value === true ? 'TRUE' : 'FALSE'} does not fit ${typeName(type)}; write ${value === true ? '1' : '0'}, or make the variable a BOOL`
        : undefined;
  if (problem === undefined) return false;
  const code = typeof value === 'bigint' && problem.includes('outside') ? 'E3003' : 'E3001';
  f.c.problems.report(code, expression.span, `The initial value: ${problem}.`);
  return true;
}

interface Literal {
  readonly form: 'int' | 'real' | 'bool';
  readonly value: bigint | number | boolean;
  readonly based: boolean;
}

/** A number or truth value without a type, with its sign. */
function literalOf(expression: Expression): Literal | undefined {
  switch (expression.kind) {
    case 'int':
    case 'real':
    case 'bool':
      if (expression.typeName !== undefined) return undefined;
      return {
        form: expression.kind,
        value: expression.value,
        based: expression.kind === 'int' && expression.base !== 10,
      };
    case 'unary': {
      const inner = expression.op === '-' ? literalOf(expression.operand) : undefined;
      if (!inner || typeof inner.value === 'boolean') return undefined;
      return { ...inner, value: -inner.value, based: false };
    }
    default:
      return undefined;
  }
}

const strict = new WeakMap<Profile, Profile>();

/** The profile as if nothing were converted by itself. */
function strictOf(profile: Profile): Profile {
  let known = strict.get(profile);
  if (!known) {
    known = { ...profile, implicitConversion: 'widening' };
    strict.set(profile, known);
  }
  return known;
}
