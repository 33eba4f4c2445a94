import { foldName } from '../../model/identifier.js';
import type { DirectAddress, Expression, Statement } from '../syntax/ast.js';

/** What can be known of a body before it is lowered. */
export interface BodyFacts {
  /** Folded names of variables whose address is taken: ADR(x), REF(x.y), REF= x. They can't live in wasm locals. */
  readonly addressed: Set<string>;
  /** By variable to which inputs it is passed: their folded names, or those of the callees with `(` behind. */
  readonly passed: Map<string, Set<string>>;
  readonly addresses: DirectAddress[];
  /** Folded names that stand alone or at the head of a call or a dotted name, for programs used by other code. */
  readonly heads: Set<string>;
  /** Folded names that are called. */
  readonly calls: Set<string>;
}

const takesAddress: ReadonlySet<string> = new Set(['ADR', 'REF', '__REFADR']);

const known = new WeakMap<readonly Statement[], BodyFacts>();

/** Facts of a whole body; several passes ask for them. */
export function factsOf(body: readonly Statement[]): BodyFacts {
  let facts = known.get(body);
  if (!facts) {
    facts = createFacts();
    scanStatements(body, facts);
    known.set(body, facts);
  }
  return facts;
}

function scanStatements(statements: readonly Statement[], facts: BodyFacts): void {
  for (const statement of statements) scanStatement(statement, facts);
}

export const createFacts = (): BodyFacts => ({
  addressed: new Set(),
  passed: new Map(),
  addresses: [],
  heads: new Set(),
  calls: new Set(),
});

function scanStatement(node: Statement, facts: BodyFacts): void {
  switch (node.kind) {
    case 'assign':
      scanExpression(node.target, facts);
      scanExpression(node.value, facts);
      if (node.op === 'REF=' || node.op === '?=') noteRoot(node.value, facts);
      return;
    case 'expression':
      scanExpression(node.expression, facts);
      return;
    case 'let':
      scanExpression(node.value, facts);
      return;
    case 'if':
      for (const branch of node.branches) {
        scanExpression(branch.condition, facts);
        scanStatements(branch.body, facts);
      }
      if (node.otherwise) scanStatements(node.otherwise, facts);
      return;
    case 'case':
      scanExpression(node.selector, facts);
      for (const branch of node.branches) scanStatements(branch.body, facts);
      if (node.otherwise) scanStatements(node.otherwise, facts);
      return;
    case 'for':
      scanExpression(node.variable, facts);
      scanExpression(node.from, facts);
      scanExpression(node.to, facts);
      if (node.by) scanExpression(node.by, facts);
      scanStatements(node.body, facts);
      return;
    case 'while':
      scanExpression(node.condition, facts);
      scanStatements(node.body, facts);
      return;
    case 'repeat':
      scanStatements(node.body, facts);
      scanExpression(node.until, facts);
      return;
    case 'return':
      if (!node.value) return;
      scanExpression(node.value, facts);
      // No name can be spelled so: it notes that a value is returned.
      facts.heads.add('RETURN');
      return;
    default:
  }
}

export function scanExpression(node: Expression, facts: BodyFacts): void {
  switch (node.kind) {
    case 'name':
      facts.heads.add(foldName(node.name));
      return;
    case 'direct':
      facts.addresses.push(node);
      return;
    case 'member':
    case 'deref':
      scanExpression(node.object, facts);
      return;
    case 'partial':
      scanExpression(node.object, facts);
      if (typeof node.index !== 'number') scanExpression(node.index, facts);
      return;
    case 'index':
      scanExpression(node.object, facts);
      for (const index of node.indices) scanExpression(index, facts);
      return;
    case 'call': {
      scanExpression(node.callee, facts);
      if (node.callee.kind === 'name') facts.calls.add(foldName(node.callee.name));
      const byAddress = node.callee.kind === 'name' && takesAddress.has(foldName(node.callee.name));
      for (const arg of node.args) {
        if (!arg.value) continue;
        scanExpression(arg.value, facts);
        if (byAddress) noteRoot(arg.value, facts);
        else notePassed(arg.name, arg.value, node.callee, facts);
      }
      return;
    }
    case 'unary':
      scanExpression(node.operand, facts);
      return;
    case 'binary': {
      // Chains lean to the left.
      let left: Expression = node;
      while (left.kind === 'binary') {
        scanExpression(left.right, facts);
        left = left.left;
      }
      scanExpression(left, facts);
      return;
    }
    case 'arrayInit':
      for (const element of node.elements) for (const value of element.values) scanExpression(value, facts);
      return;
    case 'structInit':
      for (const member of node.members) scanExpression(member.value, facts);
      return;
    default:
  }
}

function notePassed(formal: string | undefined, value: Expression, callee: Expression, facts: BodyFacts): void {
  const variable = rootOf(value);
  if (variable === undefined) return;
  let to: string;
  if (formal !== undefined) to = foldName(formal);
  else if (callee.kind === 'name') to = `${foldName(callee.name)}(`;
  else if (callee.kind === 'member') to = `${foldName(callee.member)}(`;
  else return;
  const known = facts.passed.get(variable);
  if (known) known.add(to);
  else facts.passed.set(variable, new Set([to]));
}

function noteRoot(node: Expression, facts: BodyFacts): void {
  const root = rootOf(node);
  if (root !== undefined) facts.addressed.add(root);
}

/** Folded name of the variable that an expression is a part of. */
export function rootOf(node: Expression): string | undefined {
  let root = node;
  while (root.kind === 'member' || root.kind === 'index' || root.kind === 'partial') root = root.object;
  return root.kind === 'name' ? foldName(root.name) : undefined;
}
