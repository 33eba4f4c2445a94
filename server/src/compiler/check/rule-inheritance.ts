import type { SourceSpan } from '../../model/source-span.js';
import type { Compilation } from './compilation.js';
import { findMember, findMethod, findProperty } from './lookup.js';
import type { BlockSymbol, CallableSymbol, InterfaceSymbol, PropertySymbol } from './symbols.js';
import { firstStatement } from './rule-pou.js';
import { sameType, typeName } from './type-name.js';

/** E5001 to E5006: what a block owes to its bases and interfaces. IEC 61131-3:2013, 6.6.5 and 6.6.6. */
export function checkInheritance(c: Compilation, block: BlockSymbol): void {
  const { declaration } = block;
  if (declaration.abstract && declaration.final) {
    c.problems.report(
      'E5005',
      declaration.nameSpan,
      `'${block.name}' is both ABSTRACT and FINAL, so nothing could ever use it; remove one of the words.`,
    );
  }
  for (const method of block.methods.values()) checkMethod(c, block, method);
  for (const property of block.properties.values()) checkProperty(c, block, property);
  checkVariables(c, block);
  if (!declaration.abstract) checkComplete(c, block);
  for (const one of allInterfaces(block)) checkImplements(c, block, one);
}

function checkMethod(c: Compilation, block: BlockSymbol, method: CallableSymbol): void {
  if (method.abstract && !block.declaration.abstract) {
    c.problems.report(
      'E5005',
      method.span,
      `'${block.name}' is not ABSTRACT, so its method '${method.name}' can't be; give it a body.`,
    );
  }
  if (method.abstract && method.final) {
    c.problems.report(
      'E5005',
      method.span,
      `'${method.name}' is both ABSTRACT and FINAL, so nothing could ever give it a body; remove one of the words.`,
    );
  }
  const statement = method.abstract ? firstStatement(method.body) : undefined;
  if (statement) {
    c.problems.report(
      'E5005',
      statement.span,
      `'${method.name}' is ABSTRACT and has no statements; remove them, or the word.`,
    );
  }
  const inherited = block.base && findMethod(block.base, method.key);
  if (!inherited) {
    if (method.override && ![...allInterfaces(block)].some((one) => one.methods.has(method.key))) {
      c.problems.report(
        'E5006',
        method.span,
        `No base of '${block.name}' has a method '${method.name}' to override; remove OVERRIDE or correct the name.`,
      );
    }
    return;
  }
  if (method.access !== inherited.access && (method.access === 'PRIVATE' || inherited.access === 'PUBLIC')) {
    c.problems.report(
      'E5006',
      method.span,
      `'${method.name}' is ${inherited.access} in '${inherited.owner?.name ?? ''}' and can't be ${method.access} here; who has the base may call it.`,
    );
  }
  if (inherited.final)
    c.problems.report(
      'E5002',
      method.span,
      `'${method.name}' is FINAL in '${inherited.owner?.name ?? ''}' and can't be overridden.`,
    );
  if (!(method.key === 'FB_INIT' ? extendsSignature(inherited, method) : sameSignature(inherited, method))) {
    c.problems.report(
      'E5006',
      method.span,
      `'${method.name}' overrides a method with other parameters or another result; make them equal.`,
    );
  }
}

function checkProperty(c: Compilation, block: BlockSymbol, property: PropertySymbol): void {
  if (!block.base) return;
  const { span } = property.declaration;
  if (findMember(block.base, property.key) ?? findMethod(block.base, property.key)) {
    c.problems.report(
      'E2003',
      span,
      `'${property.name}' is a variable or method of the base '${block.base.name}' already; rename the property.`,
    );
  }
  const inherited = findProperty(block.base, property.key);
  if (inherited && !sameType(inherited.type, property.type)) {
    c.problems.report(
      'E5006',
      span,
      `The property '${property.name}' is ${typeName(inherited.type)} in the base '${block.base.name}'; give it that type.`,
    );
  }
}

function checkVariables(c: Compilation, block: BlockSymbol): void {
  if (!block.base) return;
  for (const variable of block.variables.values()) {
    if (variable.hidden) continue;
    const inherited = findMember(block.base, variable.key);
    const what = inherited
      ? !inherited.hidden && 'variable'
      : findProperty(block.base, variable.key)
        ? 'property'
        : findMethod(block.base, variable.key) && 'method';
    if (what)
      c.problems.report(
        'E2003',
        variable.span,
        `'${variable.name}' is a ${what} of the base '${block.base.name}' already; rename it.`,
      );
  }
}

/** A block that is not abstract has a body for every abstract method it inherits. */
function checkComplete(c: Compilation, block: BlockSymbol): void {
  const missing = new Set<string>();
  for (let b = block.base; b; b = b.base) {
    for (const method of b.methods.values()) {
      const found = findMethod(block, method.key);
      if (method.abstract && found?.abstract === true && found.owner !== block) missing.add(method.name);
    }
  }
  for (const name of missing) {
    c.problems.report(
      'E5005',
      block.declaration.nameSpan,
      `'${block.name}' has to give the abstract method '${name}' a body, or be ABSTRACT itself.`,
    );
  }
}

function* allInterfaces(block: BlockSymbol): Generator<InterfaceSymbol> {
  const seen = new Set<InterfaceSymbol>();
  function* visit(one: InterfaceSymbol): Generator<InterfaceSymbol> {
    if (seen.has(one)) return;
    seen.add(one);
    yield one;
    for (const base of one.bases) yield* visit(base);
  }
  for (const one of block.interfaces) yield* visit(one);
}

function checkImplements(c: Compilation, block: BlockSymbol, symbol: InterfaceSymbol): void {
  const span: SourceSpan = block.declaration.nameSpan;
  for (const method of symbol.methods.values()) {
    const found = findMethod(block, method.key);
    if (!found) {
      if (!block.declaration.abstract)
        c.problems.report(
          'E5004',
          span,
          `'${block.name}' implements '${symbol.name}' and needs its method '${method.name}'.`,
        );
    } else if (!sameSignature(method, found)) {
      c.problems.report(
        'E5004',
        found.span,
        `'${found.name}' has other parameters or another result than in '${symbol.name}'; make them equal.`,
      );
    }
  }
  for (const property of symbol.properties.values()) {
    const found = findProperty(block, property.key);
    if (!found) {
      if (!block.declaration.abstract)
        c.problems.report(
          'E5004',
          span,
          `'${block.name}' implements '${symbol.name}' and needs its property '${property.name}'.`,
        );
      continue;
    }
    if (!sameType(property.type, found.type))
      c.problems.report(
        'E5004',
        found.declaration.span,
        `The property '${property.name}' is ${typeName(property.type)} in '${symbol.name}'; give it that type.`,
      );
    if (property.getter && !found.getter)
      c.problems.report(
        'E5004',
        found.declaration.span,
        `The property '${property.name}' needs GET, as '${symbol.name}' has it.`,
      );
    if (property.setter && !found.setter)
      c.problems.report(
        'E5004',
        found.declaration.span,
        `The property '${property.name}' needs SET, as '${symbol.name}' has it.`,
      );
  }
}

/** The same parameters in the same order, by name, section and type, and the same result. */
function sameSignature(a: CallableSymbol, b: CallableSymbol): boolean {
  if (a.form === 'action' || b.form === 'action') return true;
  if ((a.result === undefined) !== (b.result === undefined)) return false;
  if (a.result && b.result && !sameType(a.result.type, b.result.type)) return false;
  return a.parameters.length === b.parameters.length && beginsWith(b, a);
}

/** FB_init of a derived block may have parameters behind those of its base's, which get their arguments too. */
const extendsSignature = (base: CallableSymbol, derived: CallableSymbol): boolean =>
  base.parameters.length <= derived.parameters.length && beginsWith(derived, base);

const beginsWith = (longer: CallableSymbol, shorter: CallableSymbol): boolean =>
  shorter.parameters.every((parameter, i) => {
    const other = longer.parameters[i]!;
    return parameter.key === other.key && parameter.section === other.section && sameType(parameter.type, other.type);
  });

/** E5005: no variable is an instance of an ABSTRACT block. */
export function checkNotAbstract(c: Compilation, block: BlockSymbol | undefined, name: string, span: SourceSpan): void {
  if (block?.declaration.abstract === true)
    c.problems.report(
      'E5005',
      span,
      `'${block.name}' is ABSTRACT and has no instances; declare '${name}' as one of its derived blocks, or as a reference.`,
    );
}
