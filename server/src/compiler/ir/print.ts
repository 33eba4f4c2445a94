import type { IrCell, IrExpr, IrFunction, IrModule, IrStmt } from './ir.js';

/** A module as text: one line a statement, expressions as in a programming language. For people and for golden tests. */
export function printModule(module: IrModule): string {
  const head = [
    `module pages ${module.pages} stack ${module.stackLimit}..${module.stackTop} sites ${module.siteCount} init ${module.init}`,
    ...module.entries.map((entry) => `entry ${entry.exportName} = ${entry.callee}(${entry.instance})`),
  ];
  return [...head, ...module.functions.map(printFunction)].join('\n');
}

export function printFunction(fn: IrFunction): string {
  const declare = (from: number, to: number): string =>
    fn.locals
      .slice(from, to)
      .map((local) => `${local.name}#${local.id}: ${local.type}`)
      .join(', ');
  const lines = [
    `function ${fn.name}(${declare(0, fn.paramCount)})${fn.result ? `: ${fn.result}` : ''}${fn.frameSize ? ` frame ${fn.frameSize}` : ''}${fn.trusted ? ' trusted' : ''}`,
  ];
  if (fn.locals.length > fn.paramCount) lines.push(`  var ${declare(fn.paramCount, fn.locals.length)}`);
  printBody(fn.body, '  ', lines);
  return lines.join('\n');
}

function printBody(body: readonly IrStmt[], indent: string, lines: string[]): void {
  for (const statement of body) printStatement(statement, indent, lines);
}

function printStatement(statement: IrStmt, indent: string, lines: string[]): void {
  const inner = `${indent}  `;
  const put = (text: string): void => {
    lines.push(`${indent}${text}${statement.site === undefined ? '' : `  @${statement.site}`}`);
  };
  switch (statement.op) {
    case 'setLocal':
      put(`${statement.local.name}#${statement.local.id} := ${printExpression(statement.value)}`);
      return;
    case 'storeCell':
      put(`${printCell(statement.cell)} := ${printExpression(statement.value)}`);
      return;
    case 'store':
      put(`${printPlace(statement.mem, statement.address, statement.offset)} := ${printExpression(statement.value)}`);
      return;
    case 'vectorLoop':
      put(
        `vector ${statement.index.name}#${statement.index.id} := ${statement.from} to ${statement.to} by ${statement.step}: ${printPlace(statement.mem, statement.address, statement.offset)} := ${printExpression(statement.value)}`,
      );
      return;
    case 'copy':
      put(
        `copy ${printExpression(statement.to)} <- ${printExpression(statement.from)} size ${printExpression(statement.size)}`,
      );
      return;
    case 'fill':
      put(
        `fill ${printExpression(statement.to)} byte ${printExpression(statement.byte)} size ${printExpression(statement.size)}`,
      );
      return;
    case 'if':
      put(`if ${printExpression(statement.test)}`);
      printBody(statement.then, inner, lines);
      if (statement.otherwise.length > 0) {
        lines.push(`${indent}else`);
        printBody(statement.otherwise, inner, lines);
      }
      return;
    case 'block':
    case 'loop':
      put(`${statement.op} ${statement.label}`);
      printBody(statement.body, inner, lines);
      return;
    case 'br':
    case 'goto':
      put(`${statement.op} ${statement.label}`);
      return;
    case 'switch':
      put(`switch ${printExpression(statement.selector)}`);
      for (const one of statement.cases) {
        lines.push(
          `${indent}case ${one.ranges.map(([low, high]) => (low === high ? `${low}` : `${low}..${high}`)).join(', ')}`,
        );
        printBody(one.body, inner, lines);
      }
      lines.push(`${indent}otherwise`);
      printBody(statement.otherwise, inner, lines);
      return;
    case 'labels':
      put('labels');
      for (const segment of statement.segments) {
        lines.push(`${indent}${segment.label ?? ''}:`);
        printBody(segment.body, inner, lines);
      }
      return;
    case 'call':
    case 'callHost':
      put(printCall(statement));
      return;
    case 'drop':
      put(`drop ${printExpression(statement.value)}`);
      return;
    case 'return':
      put(statement.value ? `return ${printExpression(statement.value)}` : 'return');
      return;
    case 'fault':
      put(`fault ${statement.code} at ${statement.faultSite}`);
      return;
    case 'faultScope':
      put('scope');
      printBody(statement.body, inner, lines);
      lines.push(`${indent}on fault`);
      printBody(statement.flush, inner, lines);
      return;
    case 'nop':
      put('nop');
      return;
    default:
      statement satisfies never;
  }
}

export function printCell(cell: IrCell): string {
  const base = { absolute: '', instance: 'this+', frame: 'frame+' }[cell.base];
  return `${cell.name}[${base}${cell.offset}${cell.bit === undefined ? '' : `.${cell.bit}`} ${cell.mem}${cell.aliased ? ' aliased' : ''}]`;
}

const printPlace = (mem: string, address: IrExpr, offset: number): string =>
  `${mem}[${printExpression(address)}${offset === 0 ? '' : ` + ${offset}`}]`;

const printCall = (call: { readonly op: string; readonly callee: string; readonly args: readonly IrExpr[] }): string =>
  `${call.op === 'callHost' ? 'host ' : ''}${call.callee}(${call.args.map(printExpression).join(', ')})`;

export function printExpression(expr: IrExpr): string {
  switch (expr.op) {
    case 'const':
      return expr.type === 'i32' ? `${expr.value}` : `${expr.value}:${expr.type}`;
    case 'local':
      return `${expr.local.name}#${expr.local.id}`;
    case 'loadCell':
      return printCell(expr.cell);
    case 'load':
      return printPlace(expr.mem, expr.address, expr.offset);
    case 'instance':
      return 'this';
    case 'frame':
      return `frame+${expr.offset}`;
    case 'unary':
      return `${expr.code}(${printExpression(expr.value)})`;
    case 'binary':
      return `${expr.code}(${printExpression(expr.left)}, ${printExpression(expr.right)})`;
    case 'cond':
      return `(${printExpression(expr.test)} ? ${printExpression(expr.then)} : ${printExpression(expr.otherwise)})`;
    case 'call':
    case 'callHost':
      return printCall(expr);
    case 'seq': {
      const lines: string[] = [];
      printBody(expr.body, '', lines);
      return `{ ${lines.join('; ')}; ${printExpression(expr.value)} }`;
    }
    case 'checkNonZero':
      return `nonzero(${printExpression(expr.value)} @${expr.site})`;
    case 'checkIndex':
      return `index(${printExpression(expr.value)} in ${expr.low}..${expr.high} @${expr.site})`;
    case 'checkIndexDynamic':
      return `index(${printExpression(expr.value)} in ${printExpression(expr.low)}..${printExpression(expr.high)} @${expr.site})`;
    case 'checkRef':
      return `ref(${printExpression(expr.value)} @${expr.site})`;
    default:
      return expr satisfies never;
  }
}
