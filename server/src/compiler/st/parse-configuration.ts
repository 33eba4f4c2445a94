import type {
  Argument,
  ConfigurationDeclaration,
  Expression,
  ProgramConfiguration,
  ResourceDeclaration,
  TaskDeclaration,
  VariableBlock,
} from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { K, T, keywordName } from './cursor.js';
import { endDeclaration } from './parse-declaration.js';
import { parseDirectAddress, parseExpression, parseVariable } from './parse-expression.js';
import { parseInitializer } from './parse-initializer.js';
import { parseType } from './parse-type.js';
import { atSection, parseVariableBlock } from './parse-variables.js';

type AccessPath = ConfigurationDeclaration['accessPaths'][number];
type ConfigVariable = ConfigurationDeclaration['configVariables'][number];

/** CONFIGURATION to END_CONFIGURATION. IEC 61131-3:2013, 6.8. */
export function parseConfiguration(p: Cursor): ConfigurationDeclaration {
  const start = p.start();
  p.advance();
  const name = p.attempt(() => p.expectName('the name of the configuration')) ?? '';
  const blocks: VariableBlock[] = [];
  const resources: ResourceDeclaration[] = [];
  const accessPaths: AccessPath[] = [];
  const configVariables: ConfigVariable[] = [];
  // Tasks and programs outside a resource belong to the only one there is.
  const bare = { tasks: [] as TaskDeclaration[], programs: [] as ProgramConfiguration[], start: -1 };
  for (;;) {
    const at = p.at;
    const keyword = p.keyword();
    if (p.takeKeyword(K.END_CONFIGURATION)) {
      p.take(T.semicolon);
      break;
    }
    if (p.take(T.semicolon)) continue;
    if (atSection(p)) blocks.push(parseVariableBlock(p));
    else if (keyword === K.RESOURCE) resources.push(parseResource(p));
    else if (keyword === K.VAR_ACCESS) parseEntries(p, accessPaths, parseAccessPath);
    else if (keyword === K.VAR_CONFIG) parseEntries(p, configVariables, parseConfigVariable);
    else if (isTaskOrProgram(p)) {
      if (bare.start < 0) bare.start = p.start();
      parseTaskOrProgram(p, bare.tasks, bare.programs);
    } else if (outside(p)) {
      p.reportHere(
        'E1113',
        `The CONFIGURATION of line ${p.line(start)} is not closed: write END_CONFIGURATION before ${p.shown()}.`,
      );
      break;
    }
    if (p.at === at) {
      p.reportHere('E1119', `Expected RESOURCE, TASK, PROGRAM, VAR_GLOBAL or END_CONFIGURATION, found ${p.shown()}.`);
      p.advance();
    }
  }
  if (bare.start >= 0) {
    resources.push({ name, blocks: [], tasks: bare.tasks, programs: bare.programs, span: p.span(bare.start) });
  }
  return { kind: 'configuration', name, blocks, resources, accessPaths, configVariables, span: p.span(start) };
}

/** VAR_CONFIG at the top of a file: a configuration without a name. */
export function parseBareVarConfig(p: Cursor): ConfigurationDeclaration {
  const start = p.start();
  const configVariables: ConfigVariable[] = [];
  parseEntries(p, configVariables, parseConfigVariable);
  return {
    kind: 'configuration',
    name: '',
    blocks: [],
    resources: [],
    accessPaths: [],
    configVariables,
    span: p.span(start),
  };
}

function outside(p: Cursor): boolean {
  const keyword = p.keyword();
  return (
    p.kind() === T.end ||
    keyword === K.FUNCTION ||
    keyword === K.FUNCTION_BLOCK ||
    keyword === K.TYPE ||
    keyword === K.CONFIGURATION ||
    keyword === K.END_PROGRAM ||
    keyword === K.END_NAMESPACE
  );
}

function isTaskOrProgram(p: Cursor): boolean {
  return p.keyword() === K.PROGRAM || (p.keyword() === K.TASK && p.isName(1));
}

function parseResource(p: Cursor): ResourceDeclaration {
  const start = p.start();
  p.advance();
  const name =
    p.attempt(() => {
      const found = p.expectName('the name of the resource');
      // The kind of processor means nothing here.
      if (p.takeKeyword(K.ON)) p.expectName('the name of the processor');
      return found;
    }) ?? '';
  const blocks: VariableBlock[] = [];
  const tasks: TaskDeclaration[] = [];
  const programs: ProgramConfiguration[] = [];
  for (;;) {
    const at = p.at;
    if (p.takeKeyword(K.END_RESOURCE)) {
      p.take(T.semicolon);
      break;
    }
    if (p.take(T.semicolon)) continue;
    if (atSection(p)) blocks.push(parseVariableBlock(p));
    else if (isTaskOrProgram(p)) parseTaskOrProgram(p, tasks, programs);
    else if (outside(p) || p.keyword() === K.END_CONFIGURATION || p.keyword() === K.RESOURCE) {
      p.reportHere(
        'E1113',
        `The RESOURCE of line ${p.line(start)} is not closed: write END_RESOURCE before ${p.shown()}.`,
      );
      break;
    }
    if (p.at === at) {
      p.reportHere('E1119', `Expected TASK, PROGRAM, VAR_GLOBAL or END_RESOURCE, found ${p.shown()}.`);
      p.advance();
    }
  }
  return { name, blocks, tasks, programs, span: p.span(start) };
}

function parseTaskOrProgram(p: Cursor, tasks: TaskDeclaration[], programs: ProgramConfiguration[]): void {
  const done = p.attempt(() => {
    if (p.keyword() === K.TASK) tasks.push(parseTask(p));
    else programs.push(parseProgram(p));
    return true;
  });
  if (done) return;
  while (
    p.kind() !== T.semicolon &&
    p.kind() !== T.end &&
    p.keyword() !== K.END_RESOURCE &&
    p.keyword() !== K.END_CONFIGURATION
  )
    p.advance();
  p.take(T.semicolon);
}

/** `TASK t(INTERVAL := T#20ms, PRIORITY := 1);` */
function parseTask(p: Cursor): TaskDeclaration {
  const start = p.start();
  p.advance();
  const name = p.expectName('the name of the task');
  let interval: Expression | undefined;
  let single: Expression | undefined;
  let priority: Expression | undefined;
  if (p.take(T.openParen)) {
    while (p.kind() !== T.closeParen) {
      const keyword = p.keyword();
      if (keyword !== K.INTERVAL && keyword !== K.SINGLE && keyword !== K.PRIORITY) {
        p.fail('E1119', `A task has INTERVAL, SINGLE and PRIORITY, found ${p.shown()}.`);
      }
      p.advance();
      p.expect(T.assign, '`:=`', `after ${keywordName(keyword)}`);
      const value = parseExpression(p);
      if (keyword === K.INTERVAL) interval = value;
      else if (keyword === K.SINGLE) single = value;
      else priority = value;
      if (!p.take(T.comma)) break;
    }
    if (!p.take(T.closeParen)) p.fail('E1119', `Expected \`,\` or \`)\` in the task, found ${p.shown()}.`);
  }
  const span = p.span(start);
  endDeclaration(p, false);
  return { name, ...(interval && { interval }), ...(single && { single }), ...(priority && { priority }), span };
}

/** `PROGRAM RETAIN p WITH t : Type(x := g, y => %QW0, fb WITH t2);` */
function parseProgram(p: Cursor): ProgramConfiguration {
  const start = p.start();
  p.advance();
  let retain = false;
  if (p.isName(1) && p.kind(1) === T.word && p.keyword(1) !== K.WITH) {
    if (p.takeKeyword(K.RETAIN)) retain = true;
    else p.takeKeyword(K.NON_RETAIN);
  }
  const name = p.expectName('the name of the program instance');
  const task = p.takeKeyword(K.WITH) ? p.expectName('the name of a task') : undefined;
  if (!p.take(T.colon))
    p.fail('E1119', `Expected \`:\` and the program of the instance \`${name}\`, found ${p.shown()}.`);
  let program = p.expectName('the name of a program');
  while (p.kind() === T.dot && p.kind(1) === T.word) {
    program += `.${p.word(1)}`;
    p.at += 2;
  }
  const args: Argument[] = [];
  const fbTasks: { instance: string; task: string }[] = [];
  if (p.take(T.openParen)) {
    while (p.kind() !== T.closeParen) {
      parseProgramElement(p, args, fbTasks);
      if (!p.take(T.comma)) break;
    }
    if (!p.take(T.closeParen)) p.fail('E1119', `Expected \`,\` or \`)\` in the program instance, found ${p.shown()}.`);
  }
  const span = p.span(start);
  endDeclaration(p, false);
  return { name, program, ...(task !== undefined && { task }), retain, args, fbTasks, span };
}

function parseProgramElement(p: Cursor, args: Argument[], fbTasks: { instance: string; task: string }[]): void {
  const start = p.start();
  const path = parseVariable(p, false);
  const written = p.text.slice(path.span.start, path.span.end);
  if (p.takeKeyword(K.WITH)) {
    fbTasks.push({ instance: written, task: p.expectName('the name of a task') });
    return;
  }
  const direction = p.kind() === T.arrow ? 'out' : 'in';
  if (!p.take(T.arrow) && !p.take(T.assign))
    p.fail('E1119', `Expected \`:=\`, \`=>\` or WITH after \`${written}\`, found ${p.shown()}.`);
  args.push({ name: written, direction, value: parseExpression(p), span: p.span(start) });
}

/** The lines of VAR_ACCESS or VAR_CONFIG. */
function parseEntries<E>(p: Cursor, into: E[], parse: (p: Cursor) => E): void {
  const start = p.start();
  const word = p.word().toUpperCase();
  p.advance();
  while (p.keyword() === K.CONSTANT || p.keyword() === K.RETAIN) p.advance();
  while (!p.takeKeyword(K.END_VAR)) {
    if (p.take(T.semicolon)) continue;
    if (p.kind() === T.end || atSection(p) || outside(p) || p.keyword() === K.END_CONFIGURATION) {
      p.reportHere('E1113', `${word} of line ${p.line(start)} is not closed: write END_VAR before ${p.shown()}.`);
      return;
    }
    const at = p.at;
    const entry = p.attempt(() => parse(p));
    if (entry !== undefined) into.push(entry);
    else while (p.kind() !== T.semicolon && p.kind() !== T.end && p.keyword() !== K.END_VAR) p.advance();
    if (p.at === at) p.advance();
  }
  p.take(T.semicolon);
}

/** `name : Resource.Program.variable : TYPE READ_WRITE;` */
function parseAccessPath(p: Cursor): AccessPath {
  const start = p.start();
  const name = p.expectName('the name of the access path');
  if (!p.take(T.colon)) p.fail('E1119', `Expected \`:\` and the path of the variable, found ${p.shown()}.`);
  const path = parsePath(p);
  if (!p.take(T.colon)) p.fail('E1119', `Expected \`:\` and the type of the access path, found ${p.shown()}.`);
  const type = parseType(p, false);
  const writable = p.takeKeyword(K.READ_WRITE);
  if (!writable) p.takeKeyword(K.READ_ONLY);
  const span = p.span(start);
  endDeclaration(p, false);
  return { name, path, type, writable, span };
}

/** `Resource.%IX1.1` is a path as well as `Resource.Program.variable`. */
function parsePath(p: Cursor): Expression {
  const start = p.start();
  if (p.isName() && p.kind(1) === T.dot && p.kind(2) === T.direct) {
    p.at += 2;
    const address = parseDirectAddress(p);
    return { ...address, span: p.span(start) };
  }
  return parseVariable(p, false);
}

/** `Resource.Program.variable AT %IX0.0 : BOOL := TRUE;` */
function parseConfigVariable(p: Cursor): ConfigVariable {
  const start = p.start();
  const path = parseVariable(p, false);
  const location = p.takeKeyword(K.AT) ? parseDirectAddress(p) : undefined;
  if (!p.take(T.colon)) p.fail('E1119', `Expected \`:\` and the type of the variable, found ${p.shown()}.`);
  const type = parseType(p, false);
  const initial = p.take(T.assign) ? parseInitializer(p) : undefined;
  const span = p.span(start);
  endDeclaration(p, false);
  return { path, type, ...(location && { location }), ...(initial && { initial }), span };
}
