import type { SourceSpan } from '../../model/source-span.js';
import { sameName } from '../../model/identifier.js';
import type { Problems } from '../problems.js';
import type { Profile } from '../profile.js';
import type { Expression, Statement, VariableDeclaration } from '../syntax/ast.js';
import type { GraphBody, GraphElement, StorageModifier, Wire } from '../syntax/graph.js';
import type { GraphDeclarations } from './graph-type.js';
import type { Actor } from './graph-order.js';
import { actorsInOrder } from './graph-order.js';
import { GraphCalls } from './lower-graph-block.js';
import { boolLiteral, negate } from './graph-expression.js';
import { checkGraph } from './check-graph.js';
import { mendWires } from './mend-wires.js';

export interface GraphContext {
  readonly problems: Problems;
  readonly profile: Profile;
  /** Distinguishes bodies of one POU, so that names made for them differ: empty for the POU's own, else the action's name. */
  readonly scope: string;
  /** Assignments to this name give the body's value: the name of the transition whose condition the body is. */
  readonly resultName?: string;
  readonly declared?: GraphDeclarations;
}

export interface LoweredGraph {
  readonly statements: readonly Statement[];
  /** Hidden variables of the POU: edge memories, and outputs of functions that are read before they run. */
  readonly declarations: readonly VariableDeclaration[];
  /** Value of a transition's condition. */
  readonly value?: Expression;
}

/**
 * Turns a body of LD, FBD or CFC into statements. Contacts are read when a coil or block needs them, coils write when their turn
 * comes, so an element further down sees what one further up has written. Blocks run once a scan, at their turn or when a value
 * of theirs is first needed. A block in a loop gives the value of the last scan where the loop closes; contacts in a loop without
 * a block are an error.
 */
export function lowerGraph(drawn: GraphBody, context: GraphContext): LoweredGraph {
  const body = mendWires(drawn, context.problems, context.declared ?? {});
  if (!checkGraph(body, context.problems)) return { statements: [], declarations: [] };
  const calls = new GraphCalls(body, context);
  let value: Expression | undefined;
  for (const actor of actorsInOrder(body, context.profile)) {
    const result = lowerActor(actor, calls, context);
    if (result) value = result;
  }
  if (body.result) {
    calls.fetchBlocks(body.result, false);
    value = calls.valueOf(body.result) ?? boolLiteral(true, bodySpan(body));
  }
  return { statements: calls.statements, declarations: calls.declarations, ...(value && { value }) };
}

function bodySpan(body: GraphBody): SourceSpan {
  return (
    body.elements[0]?.span ?? {
      source: { file: '', text: '', language: body.language, firstLine: 1, firstColumn: 1 },
      start: 0,
      end: 0,
    }
  );
}

/** Gives the expression that an actor assigns to the name of the transition, if it does. */
function lowerActor(actor: Actor, calls: GraphCalls, context: GraphContext): Expression | undefined {
  const { span } = actor;
  switch (actor.kind) {
    case 'block':
      calls.run(actor);
      return undefined;
    case 'label':
      calls.add({ kind: 'label', label: actor.label, span });
      return undefined;
    case 'jump':
      addConditional(actor, [{ kind: 'jump', label: actor.label, span }], calls);
      return undefined;
    case 'return':
      addConditional(actor, [{ kind: 'return', span }], calls);
      return undefined;
    case 'coil': {
      if (actor.input.length === 0) {
        const kept = context.profile.openCoil === 'kept';
        context.problems.report(
          'W6002',
          span,
          `This coil is not connected, so it ${kept ? 'writes nothing' : 'is always FALSE'}; wire it to the rung.`,
        );
        if (kept) return undefined;
      }
      calls.fetchBlocks(actor.input, false);
      let value: Expression = calls.valueOf(actor.input) ?? boolLiteral(false, span);
      if (actor.edge) value = calls.edge(actor.id, value, actor.edge, span);
      if (actor.negated) value = negate(value, span);
      return assign(actor.variable, value, actor.storage, span, calls, context);
    }
    case 'outVariable': {
      if (actor.input.length === 0) {
        context.problems.report('W6003', span, 'Nothing is wired to this variable, so it is not written here.');
        return undefined;
      }
      return assignFromWires(actor, actor.expression, actor.negated, actor.storage, calls, context);
    }
    case 'inOutVariable':
      return assignFromWires(actor, actor.expression, actor.negatedIn, actor.storage, calls, context);
    default:
      return actor satisfies never;
  }
}

function assignFromWires(
  actor: Extract<GraphElement, { kind: 'outVariable' | 'inOutVariable' }>,
  target: Expression,
  negated: boolean,
  storage: StorageModifier,
  calls: GraphCalls,
  context: GraphContext,
): Expression | undefined {
  const { span } = actor;
  calls.fetchBlocks(actor.input, false);
  let value = calls.valueOf(actor.input);
  if (!value) return undefined;
  if (actor.kind === 'outVariable' && actor.edge) value = calls.edge(actor.id, value, actor.edge, span);
  if (negated) value = negate(value, span);
  const enabled = enableOf(actor.input, calls);
  if (!enabled) return assign(target, value, storage, span, calls, context);
  // A function that was not enabled has no value; the variable keeps what it had (IEC 61131-3:2013, 6.6.1.5).
  const before = calls.statements.length;
  const result = assign(target, value, storage, span, calls, context);
  const body = calls.takeFrom(before);
  calls.add({ kind: 'if', branches: [{ condition: enabled, body, span }], span });
  return result;
}

const enableOf = (wires: readonly Wire[], calls: GraphCalls): Expression | undefined =>
  wires.length === 1 ? calls.enableOf(wires[0]!) : undefined;

function assign(
  target: Expression,
  value: Expression,
  storage: StorageModifier,
  span: SourceSpan,
  calls: GraphCalls,
  context: GraphContext,
): Expression | undefined {
  if (context.resultName !== undefined && target.kind === 'name' && sameName(target.name, context.resultName)) {
    return calls.keep('result', value, span);
  }
  if (storage === 'none') {
    calls.add({ kind: 'assign', op: ':=', target, value, span });
  } else {
    const write: Statement = { kind: 'assign', op: ':=', target, value: boolLiteral(storage === 'set', span), span };
    calls.add({ kind: 'if', branches: [{ condition: value, body: [write], span }], span });
  }
  return undefined;
}

function addConditional(
  actor: Extract<GraphElement, { kind: 'jump' | 'return' }>,
  body: readonly Statement[],
  calls: GraphCalls,
): void {
  const { span } = actor;
  calls.fetchBlocks(actor.input, false);
  // What nothing leads to is unconditional (IEC 61131-3:2013, 8.1.5).
  let condition = calls.valueOf(actor.input) ?? boolLiteral(true, span);
  if (actor.negated) condition = negate(condition, span);
  if (condition.kind === 'bool' && condition.value) body.forEach((statement) => calls.add(statement));
  else calls.add({ kind: 'if', branches: [{ condition, body, span }], span });
}
