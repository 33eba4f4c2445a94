import { tempsInInstance } from '../check/block-layout.js';
import { findMember } from '../check/lookup.js';
import type { BlockSymbol, CallableSymbol, VariableSymbol } from '../check/symbols.js';
import { alignOf, sizeOf } from '../check/type-size.js';
import { elementaryTypes as e, startOf } from '../check/types.js';
import type { IrExpr, IrFunction } from '../ir/ir.js';
import type { Statement } from '../syntax/ast.js';
import { constantIr } from './constant-ir.js';
import { FunctionBuilder } from './function-builder.js';
import { writeVariable } from './initial-bytes.js';
import { isPlain } from './initial-walk.js';
import { binary, copy, i32, not, store, zero } from '../ir/make.js';
import { copyString } from './lower-assign.js';
import { callBody } from './lower-call-block.js';
import { emitRuntimeInitial, emitRuntimeMembers, emitVariableInitial } from './lower-initializer.js';
import { addressOf, framePlace, instancePlace, loadPlace, scalarOf, storePlace } from './lower-place.js';
import { lowerStatements } from './lower-statement.js';
import type { Lowering } from './lowering.js';
import { factsOf, rootOf, type BodyFacts } from './scan-body.js';
import { formOf, hasResultAddress, signatureResult } from './signature.js';
import { blockOfType } from './type-symbol.js';

const statementsOf = (
  symbol: CallableSymbol | { readonly declaration: BlockSymbol['declaration'] },
): readonly Statement[] => {
  const body = 'declaration' in symbol ? symbol.declaration.body : symbol.body;
  return body?.kind === 'statements' ? body.statements : [];
};

/** Display name of the POU that sites belong to. */
export function pouNameOf(symbol: CallableSymbol): string {
  return symbol.owner ? `${symbol.owner.name}.${symbol.name}` : symbol.name;
}

/** Lowers a function, method, accessor or action. */
export function lowerCallable(c: Lowering, symbol: CallableSymbol): IrFunction {
  const block = symbol.owner?.kind === 'block' ? symbol.owner : undefined;
  const f = new FunctionBuilder(c, symbol.irName, symbol.scope, block, pouNameOf(symbol), symbol.standard);
  const statements = statementsOf(symbol);
  const facts = factsOf(statements);
  warnNoResult(c, symbol, statements, facts);
  const addressed = addressedIn(c, facts, symbol.variables.values());
  const inFrame = (variable: VariableSymbol): boolean => !scalarOf(variable.type) || addressed.has(variable.key);
  const outputs: { readonly variable: VariableSymbol; readonly address: IrExpr }[] = [];
  for (const parameter of symbol.parameters) placeParameter(f, parameter, inFrame, outputs);
  if (symbol.result) placeResult(f, symbol, inFrame);
  runDeferred(f);
  if (outputs.length > 0) f.epilogue = () => storeOutputs(f, outputs);
  for (const variable of symbol.variables.values()) {
    if (symbol.parameters.includes(variable) || variable === symbol.result) continue;
    if (variable.section === 'VAR' || variable.section === 'VAR_TEMP') placeLocal(f, variable, inFrame(variable));
  }
  lowerStatements(f, statements);
  f.emitReturn();
  return f.finish();
}

/** Variables whose address is taken, by the body, by the inputs that they are passed to, or by references that begin bound to them. */
function addressedIn(c: Lowering, facts: BodyFacts, variables: Iterable<VariableSymbol>): ReadonlySet<string> {
  const found = new Set(facts.addressed);
  const { addressInputs } = c.table;
  if (addressInputs.size > 0)
    for (const [variable, inputs] of facts.passed)
      if ([...inputs].some((input) => addressInputs.has(input))) found.add(variable);
  for (const { typeNode, ownInitial } of variables) {
    const root =
      ownInitial && typeNode.kind === 'pointer' && typeNode.form === 'reference' ? rootOf(ownInitial) : undefined;
    if (root !== undefined) found.add(root);
  }
  return found;
}

/** Methods that the system calls; what they give means nothing (CODESYS). */
const lifeMethods: ReadonlySet<string> = new Set(['FB_INIT', 'FB_REINIT', 'FB_EXIT']);

/** W2014: a function with statements that never mentions its own name. */
function warnNoResult(c: Lowering, symbol: CallableSymbol, statements: readonly Statement[], facts: BodyFacts): void {
  if (!symbol.result || symbol.standard || symbol.form === 'setter' || statements.length === 0) return;
  if (symbol.form === 'method' && lifeMethods.has(symbol.key)) return;
  if (facts.heads.has(symbol.key) || facts.heads.has('RETURN')) return;
  const what = symbol.form === 'function' ? 'function' : symbol.form === 'getter' ? 'property' : 'method';
  c.problems.report(
    'W2014',
    symbol.span,
    `The ${what} '${symbol.name}' never assigns its result, so it always gives the same; write ${symbol.name} := ...;`,
  );
}

function placeParameter(
  f: FunctionBuilder,
  parameter: VariableSymbol,
  inFrame: (variable: VariableSymbol) => boolean,
  outputs: { variable: VariableSymbol; address: IrExpr }[],
): void {
  const { type, name } = parameter;
  const form = formOf(parameter);
  switch (form.kind) {
    case 'value': {
      const local = f.parameter(form.type, name);
      if (!inFrame(parameter)) {
        f.places.set(parameter, { form: 'local', local });
        return;
      }
      const place = framePlace(f, f.frameBytes(sizeOf(type), alignOf(type)), name);
      f.places.set(parameter, place);
      storePlace(f, place, type, { op: 'local', type: local.type, local });
      return;
    }
    case 'copy': {
      const from: IrExpr = { op: 'local', type: 'i32', local: f.parameter('i32', name) };
      const place = framePlace(f, f.frameBytes(sizeOf(type), alignOf(type)), name);
      f.places.set(parameter, place);
      const to = addressOf(f, place, sizeOf(type))!;
      if (type.kind === 'string') copyString(f, to, type, from);
      else f.emit(copy(to, from, sizeOf(type)));
      const block = blockOfType(type);
      // What was passed may be of a derived type.
      if (block?.header === true) f.emit(store('i32', to, i32(block.typeId)));
      return;
    }
    case 'reference': {
      const address: IrExpr = { op: 'local', type: 'i32', local: f.parameter('i32', name) };
      f.places.set(parameter, { form: 'address', address, offset: 0 });
      if (form.open === 0) return;
      const bounds = Array.from({ length: form.open }, (_, i) => {
        const low: IrExpr = { op: 'local', type: 'i32', local: f.parameter('i32', `${name}.low${i}`) };
        const high: IrExpr = { op: 'local', type: 'i32', local: f.parameter('i32', `${name}.high${i}`) };
        return { low, high };
      });
      f.openBounds.set(parameter, bounds);
      return;
    }
    case 'output': {
      const address: IrExpr = { op: 'local', type: 'i32', local: f.parameter('i32', name) };
      if (!scalarOf(type)) {
        // The caller's buffer is the variable.
        f.places.set(parameter, { form: 'address', address, offset: 0 });
        f.deferred.push(() => initialiseAggregate(f, parameter, { form: 'address', address, offset: 0 }));
        return;
      }
      outputs.push({ variable: parameter, address });
      f.deferred.push(() => placeLocal(f, parameter, inFrame(parameter)));
    }
  }
}

function placeResult(f: FunctionBuilder, symbol: CallableSymbol, inFrame: (variable: VariableSymbol) => boolean): void {
  const result = symbol.result!;
  const { type } = result;
  f.result = signatureResult(symbol);
  if (hasResultAddress(symbol)) {
    const address: IrExpr = { op: 'local', type: 'i32', local: f.parameter('i32', result.name) };
    runDeferred(f);
    f.places.set(result, { form: 'address', address, offset: 0 });
    initialiseAggregate(f, result, { form: 'address', address, offset: 0 });
    return;
  }
  runDeferred(f);
  placeLocal(f, result, inFrame(result));
  const place = f.places.get(result)!;
  f.setResult(() => loadPlace(f, place, type));
}

/** Locals of their own come after all parameters. */
function runDeferred(f: FunctionBuilder): void {
  for (const one of f.deferred.splice(0)) one();
}

function storeOutputs(
  f: FunctionBuilder,
  outputs: readonly { readonly variable: VariableSymbol; readonly address: IrExpr }[],
): void {
  for (const { variable, address } of outputs) {
    const place = f.places.get(variable)!;
    f.emit(store(scalarOf(variable.type)!.mem, address, loadPlace(f, place, variable.type)));
  }
}

/** A local variable: a wasm local, or bytes of the frame; either gets its initial value in every call. */
function placeLocal(f: FunctionBuilder, variable: VariableSymbol, inFrame: boolean): void {
  runDeferred(f);
  const { type } = variable;
  if (type.kind === 'error' || (type.kind === 'array' && type.dynamic)) return;
  if (!inFrame) {
    const scalar = scalarOf(type)!;
    const local = f.local(scalar.num, variable.name);
    f.places.set(variable, { form: 'local', local });
    initialiseScalar(f, variable);
    return;
  }
  const place = framePlace(f, f.frameBytes(sizeOf(type), alignOf(type)), variable.name);
  f.places.set(variable, place);
  if (scalarOf(type)) initialiseScalar(f, variable, true);
  else initialiseAggregate(f, variable, place);
}

function initialiseScalar(f: FunctionBuilder, variable: VariableSymbol, always = false): void {
  const { type, initial } = variable;
  const place = f.places.get(variable)!;
  if (!initial) {
    const value = startOf(type);
    if (value !== 0n) storePlace(f, place, type, constantIr(value, type));
    else if (always) storePlace(f, place, type, zero(scalarOf(type)!.num));
    return;
  }
  const constant = f.c.evaluate(initial.expression, initial.scope, type, true);
  if (constant) {
    storePlace(f, place, type, constantIr(constant.value, type));
    return;
  }
  f.initializing = true;
  emitRuntimeInitial(f, place, type, initial);
  f.initializing = false;
}

function initialiseAggregate(
  f: FunctionBuilder,
  variable: VariableSymbol,
  place: Parameters<typeof addressOf>[1],
): void {
  const { type } = variable;
  const size = sizeOf(type);
  const address = addressOf(f, place, size);
  if (!address || size === 0) return;
  if (!variable.initial && !variable.args && isPlain(type)) {
    if (type.kind === 'string') f.emit(store(type.wide ? 'u16' : 'u8', address, i32(0)));
    else f.emit({ op: 'fill', to: address, byte: i32(0), size: i32(size) });
    return;
  }
  const bytes = new Uint8Array(size);
  writeVariable(f.c, variable, 0, { bytes, place: (member) => f.c.staticCell(member) });
  if (bytes.some((byte) => byte !== 0)) f.emit(copy(address, i32(f.c.pool.bytes(bytes)), size));
  else f.emit({ op: 'fill', to: address, byte: i32(0), size: i32(size) });
  f.initializing = true;
  emitVariableInitial(f, place, variable);
  f.initializing = false;
}

/** Lowers the body of a FUNCTION_BLOCK or PROGRAM: `(instance) -> ()`. */
export function lowerBlockBody(c: Lowering, block: BlockSymbol): IrFunction {
  const f = new FunctionBuilder(c, block.irName, block.scope, block, block.name, block.standard);
  const statements = statementsOf(block);
  const addressed = addressedIn(c, factsOf(statements), block.variables.values());
  for (const variable of block.variables.values()) {
    if (variable.section === 'VAR_TEMP') {
      if (tempsInInstance(block)) initialiseTemp(f, variable);
      else placeLocal(f, variable, !scalarOf(variable.type) || addressed.has(variable.key));
    }
    if (variable.edge) lowerEdge(f, variable);
  }
  // IEC 61131-3:2013, 6.6.5.5: a derived block without a body has its base's; CODESYS runs nothing.
  const inherits =
    statements.length === 0 &&
    block.base &&
    block.base.pouKind !== 'class' &&
    (c.profile.name === 'iec' || c.profile.name === 'matiec');
  if (inherits) callBody(f, block.base!, { owner: block.base!, place: instancePlace(f, 0, 'SUPER'), dynamic: false });
  else lowerStatements(f, statements);
  f.emitReturn();
  return f.finish();
}

function initialiseTemp(f: FunctionBuilder, variable: VariableSymbol): void {
  if (variable.storage.kind !== 'instance') return;
  const place = instancePlace(f, variable.storage.offset, variable.name);
  if (!scalarOf(variable.type)) {
    initialiseAggregate(f, variable, place);
    return;
  }
  f.places.set(variable, place);
  initialiseScalar(f, variable, true);
  f.places.delete(variable);
}

/** R_EDGE and F_EDGE: within the body the input's name means the edge. IEC 61131-3:2013, 6.6.3.3. */
function lowerEdge(f: FunctionBuilder, variable: VariableSymbol): void {
  const memory = variable.edgeMemory && findMember(f.instance!, variable.edgeMemory.key);
  if (variable.storage.kind !== 'instance' || memory?.storage.kind !== 'instance') return;
  const input = instancePlace(f, variable.storage.offset, variable.name);
  const before = instancePlace(f, memory.storage.offset, memory.name);
  const edge = f.local('i32', variable.name);
  const now = loadPlace(f, input, e.BOOL);
  const last = loadPlace(f, before, e.BOOL);
  const value = variable.edge === 'rising' ? binary('i32.and', now, not(last)) : binary('i32.and', not(now), last);
  f.emit({ op: 'setLocal', local: edge, value });
  storePlace(f, before, e.BOOL, now);
  f.places.set(variable, { form: 'local', local: edge });
}

/** The part of an instance's initial values that has to be computed: `(instance) -> ()`; undefined where there is none. */
export function lowerBlockInit(c: Lowering, block: BlockSymbol): IrFunction | undefined {
  const f = new FunctionBuilder(c, `${block.irName}$init`, block.scope, block, block.name, true);
  f.initializing = true;
  if (!emitRuntimeMembers(f, block)) return undefined;
  f.emit({ op: 'return' });
  return f.finish();
}
