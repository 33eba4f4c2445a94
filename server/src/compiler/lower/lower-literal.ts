import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import { findElementary } from '../check/elementary-name.js';
import { findType } from '../check/lookup.js';
import { nearestName } from '../../model/nearest-name.js';
import { elementaryTypes as e, stringType, underlying, type LiteralType, type Type } from '../check/types.js';
import type { Constant } from '../check/compilation.js';
import type {
  BoolLiteral,
  DateLiteral,
  DurationLiteral,
  IntLiteral,
  RealLiteral,
  StringLiteral,
  TypedEnumLiteral,
} from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { adaptLiteral } from './literal-value.js';
import { typedConstant } from './lower-convert.js';
import { replaceSpan } from '../replace-span.js';
import { enumValue } from './lower-name.js';
import { errorOperand, type Operand } from './operand.js';

/** Literals, IEC 61131-3:2013, 6.3. Those without a type prefix keep their value and get a type from their context. */
export function lowerLiteral(
  f: FunctionBuilder,
  node: IntLiteral | RealLiteral | BoolLiteral | StringLiteral,
): Operand {
  const form: LiteralType['form'] = node.kind === 'string' ? (node.wide ? 'wstring' : 'string') : node.kind;
  const type: LiteralType = { kind: 'literal', form };
  const { value } = node;
  const based = node.kind === 'int' && node.base !== 10;
  if (node.typeName === undefined) return { kind: 'literal', type, value, ...(based && { based }) };
  return typedLiteral(f, node.typeName, type, value, based, node.span);
}

function typedLiteral(
  f: FunctionBuilder,
  name: string,
  literal: LiteralType,
  value: Constant,
  based: boolean,
  span: SourceSpan,
): Operand {
  const type = literalPrefix(f, name, value);
  if (!type) {
    f.c.problems.report('E2002', span, `There is no type '${name}' for this literal.`);
    return errorOperand;
  }
  // A quoted text takes the width of its prefix, STRING#"x" too.
  const text = literal.form === 'string' || literal.form === 'wstring';
  const wide = type === e.WCHAR || (type.kind === 'string' && type.wide);
  const written: LiteralType = text ? { kind: 'literal', form: wide ? 'wstring' : 'string' } : literal;
  // The standard has no bits for a signed type: INT#16#FFFF is 65535.
  const asBits = based && !(f.c.profile.name === 'iec' && underlying(type).kind === 'elementary');
  const adapted = adaptLiteral(written, value, asBits, type, f.c.profile);
  if (
    'problem' in adapted ||
    (literal.form === 'bool' && type !== e.BOOL) ||
    (literal.form === 'real' && underlying(type) !== e.REAL && underlying(type) !== e.LREAL)
  ) {
    const why =
      'problem' in adapted
        ? adapted.problem
        : `${literal.form === 'bool' ? 'a BOOL' : 'a real number'} does not fit ${name}`;
    f.c.problems.report('E3003', span, `${name}# can't have this value: ${why}.`);
    return errorOperand;
  }
  return typedConstant(f, type, adapted.value);
}

function literalPrefix(f: FunctionBuilder, name: string, value: Constant): Type | undefined {
  const key = foldName(name);
  if (key === 'STRING' || key === 'WSTRING') return stringType(key === 'WSTRING', Math.max(1, String(value).length));
  const elementary = findElementary(key);
  if (elementary) return elementary;
  const symbol = findType(f.c, f.scope, name);
  const type = symbol?.kind === 'type' ? symbol.use.type : undefined;
  return type &&
    (type.kind === 'elementary' || type.kind === 'subrange' || type.kind === 'enum' || type.kind === 'string')
    ? type
    : undefined;
}

export function lowerTimeLiteral(f: FunctionBuilder, node: DurationLiteral | DateLiteral): Operand {
  return typedConstant(f, e[node.typeName], node.ns);
}

/** `Color#Red`. */
export function lowerEnumLiteral(f: FunctionBuilder, node: TypedEnumLiteral): Operand {
  const symbol = findType(f.c, f.scope, node.typeName);
  const type = symbol?.kind === 'type' ? symbol.use.type : undefined;
  if (type?.kind === 'enum') {
    const value = type.values.get(foldName(node.value));
    if (value) return enumValue({ kind: 'enumerator', name: value.name, type, value: value.value });
    const names = [...type.values.values()].map((v) => v.name);
    const near = nearestName(node.value, names);
    f.c.problems.report(
      'E2013',
      node.span,
      `'${type.name}' has no value '${node.value}'${near ? `; did you mean '${near}'?` : `; its values are ${names.slice(0, 8).join(', ')}.`}`,
      near === undefined ? undefined : [replaceSpan({ ...node.span, start: node.span.end - node.value.length }, near)],
    );
    return errorOperand;
  }
  f.c.problems.report(
    symbol ? 'E2010' : 'E2002',
    node.span,
    symbol ? `'${node.typeName}' is no enumeration.` : `There is no type '${node.typeName}'.`,
  );
  return errorOperand;
}
