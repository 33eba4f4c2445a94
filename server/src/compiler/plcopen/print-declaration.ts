import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type {
  Body,
  ConfigurationDeclaration,
  Declaration,
  Expression,
  PouDeclaration,
  Section,
  TypeNode,
  VariableBlock,
  VariableDeclaration,
} from '../syntax/ast.js';
import { escapeAttribute, escapeText } from './xml-write.js';

/** Name of the vendor data that holds the text of a declaration which TC6 can't express in full; import takes it instead. */
export const sourceDataName = 'urn:plc-emu:source';
const vendor = 'http://www.3s-software.com/plcopenxml/';

/** Where a printed declaration belongs in a project. */
export interface PrintedDeclaration {
  readonly place: 'dataTypes' | 'pous' | 'configurations' | 'addData';
  readonly xml: string;
}

export const textOfSpan = (span: SourceSpan): string => span.source.text.slice(span.start, span.end);

/** A declaration of a textual source as elements of TC6 XML 2.01. */
export function printDeclaration(declaration: Declaration): PrintedDeclaration {
  switch (declaration.kind) {
    case 'type': {
      const isUnion = declaration.type.kind === 'struct' && declaration.type.union;
      const isPlain = declaration.namespace.length === 0 && declaration.usings.length === 0 && !isUnion;
      const parent = declaration.type.kind === 'struct' ? declaration.type.extends : undefined;
      const inherits =
        parent === undefined
          ? ''
          : data(`${vendor}datatypeinheritance`, `<Inheritance><Extends>${escapeText(parent)}</Extends></Inheritance>`);
      const source = isPlain
        ? ''
        : sourceData(`TYPE ${textOfSpan(declaration.span)} END_TYPE`, declaration.namespace, declaration.usings);
      const initial = declaration.initial ? `<initialValue>${valueXml(declaration.initial)}</initialValue>` : '';
      return {
        place: 'dataTypes',
        xml: `<dataType name="${escapeAttribute(declaration.name)}"><baseType>${typeXml(declaration.type)}</baseType>${initial}${addData(inherits + source)}</dataType>`,
      };
    }
    case 'globals': {
      const name = declaration.list === undefined ? '' : ` name="${escapeAttribute(declaration.list)}"`;
      const lists = declaration.blocks.map(
        (block) =>
          `<globalVars${name}${blockAttributes(block)}>${block.variables.map(variableXml).join('')}</globalVars>`,
      );
      const isPlain = declaration.namespace.length === 0;
      const source = isPlain ? '' : sourceData(textOfSpan(declaration.span), declaration.namespace, []);
      return {
        place: 'addData',
        xml: source === '' ? lists.map((list) => data(`${vendor}globalvars`, list)).join('') : source,
      };
    }
    case 'configuration':
      return { place: 'configurations', xml: configurationXml(declaration) };
    case 'pou':
      return { place: 'pous', xml: pouXml(declaration) };
  }
}

const addData = (content: string): string => (content === '' ? '' : `<addData>${content}</addData>`);
const data = (name: string, content: string): string =>
  `<data name="${name}" handleUnknown="implementation">${content}</data>`;

function sourceData(text: string, namespace: readonly string[], usings: readonly string[]): string {
  const using = usings.length > 0 ? `USING ${usings.join(', ')}; ` : '';
  const whole = namespace.length > 0 ? `NAMESPACE ${namespace.join('.')} ${using}${text} END_NAMESPACE` : using + text;
  return data(sourceDataName, `<text xmlns="urn:plc-emu">${escapeText(whole)}</text>`);
}

// ---------------------------------------------------------------- types and values

const elementary = new Set(['BOOL', 'BYTE', 'WORD', 'DWORD', 'LWORD', 'SINT', 'INT', 'DINT', 'LINT', 'USINT', 'UINT', 'UDINT', 'ULINT', 'REAL', 'LREAL', 'TIME', 'DATE', 'DT', 'TOD']); // prettier-ignore
const longNames: Readonly<Record<string, string>> = { DATE_AND_TIME: 'DT', TIME_OF_DAY: 'TOD' };

function typeXml(type: TypeNode): string {
  switch (type.kind) {
    case 'named': {
      const name = longNames[foldName(type.name)] ?? foldName(type.name);
      return elementary.has(name) ? `<${name}/>` : `<derived name="${escapeAttribute(type.name)}"/>`;
    }
    case 'string':
      return `<${type.wide ? 'wstring' : 'string'}${type.length ? ` length="${attributeOf(type.length)}"` : ''}/>`;
    case 'array': {
      const bound = (expression: Expression | undefined): string => (expression ? attributeOf(expression) : '*');
      const dimensions = type.dimensions.map(
        ({ low, high }) => `<dimension lower="${bound(low)}" upper="${bound(high)}"/>`,
      );
      return `<array>${dimensions.join('')}<baseType>${typeXml(type.element)}</baseType></array>`;
    }
    case 'struct':
      return `<struct>${type.members.map(variableXml).join('')}</struct>`;
    case 'enum': {
      const values = type.values.map(
        ({ name, value }) => `<value name="${escapeAttribute(name)}"${value ? ` value="${attributeOf(value)}"` : ''}/>`,
      );
      return `<enum><values>${values.join('')}</values>${type.base ? `<baseType>${typeXml(type.base)}</baseType>` : ''}</enum>`;
    }
    case 'subrange': {
      const unsigned = type.base.kind === 'named' && foldName(type.base.name).startsWith('U');
      const name = unsigned ? 'subrangeUnsigned' : 'subrangeSigned';
      return `<${name}><range lower="${attributeOf(type.low)}" upper="${attributeOf(type.high)}"/><baseType>${typeXml(type.base)}</baseType></${name}>`;
    }
    case 'pointer':
      if (type.form === 'pointer') return `<pointer><baseType>${typeXml(type.target)}</baseType></pointer>`;
      // The format has pointers only; the text is read back as what it says.
      return `<derived name="${escapeAttribute(textOfSpan(type.span))}"/>`;
  }
}

const attributeOf = (expression: Expression): string => escapeAttribute(textOfSpan(expression.span));

function valueXml(value: Expression): string {
  switch (value.kind) {
    case 'arrayInit': {
      const elements = value.elements.flatMap(({ repeat, values }) =>
        repeat && values.length !== 1
          ? [undefined]
          : values.map(
              (element) =>
                `<value${repeat ? ` repetitionValue="${attributeOf(repeat)}"` : ''}>${valueXml(element)}</value>`,
            ),
      );
      // A repetition of several values has no form of its own.
      return elements.includes(undefined)
        ? `<simpleValue value="${attributeOf(value)}"/>`
        : `<arrayValue>${elements.join('')}</arrayValue>`;
    }
    case 'structInit':
      return `<structValue>${value.members.map((member) => `<value member="${escapeAttribute(member.name)}">${valueXml(member.value)}</value>`).join('')}</structValue>`;
    default:
      return `<simpleValue value="${attributeOf(value)}"/>`;
  }
}

function variableXml(variable: VariableDeclaration): string {
  const written = (variable.location ?? variable.relative)?.text;
  const address = written === undefined ? '' : ` address="${escapeAttribute(written)}"`;
  const initial = variable.initial ? `<initialValue>${valueXml(variable.initial)}</initialValue>` : '';
  return `<variable name="${escapeAttribute(variable.name)}"${address}><type>${typeXml(variable.type)}</type>${initial}</variable>`;
}

const sectionElements: Partial<Readonly<Record<Section, string>>> = {
  VAR: 'localVars',
  VAR_TEMP: 'tempVars',
  VAR_INPUT: 'inputVars',
  VAR_OUTPUT: 'outputVars',
  VAR_IN_OUT: 'inOutVars',
  VAR_EXTERNAL: 'externalVars',
  VAR_GLOBAL: 'globalVars',
};

function blockAttributes(block: VariableBlock): string {
  const flags = [['constant', block.constant], ['retain', block.retain], ['nonretain', block.nonRetain], ['persistent', block.persistent]] as const; // prettier-ignore
  return flags.map(([name, set]) => (set ? ` ${name}="true"` : '')).join('');
}

function blockXml(block: VariableBlock): string {
  const name = sectionElements[block.section] ?? 'localVars';
  return `<${name}${blockAttributes(block)}>${block.variables.map(variableXml).join('')}</${name}>`;
}

// ---------------------------------------------------------------- program units

const pouTypes: Readonly<Record<PouDeclaration['pouKind'], string>> = {
  function: 'function',
  function_block: 'functionBlock',
  program: 'program',
  class: 'functionBlock',
  interface: 'functionBlock',
};

/** Whether TC6 says all there is to say about a POU, so that its text need not be kept beside it. */
function isPlain(pou: PouDeclaration): boolean {
  const simple = ['function', 'function_block', 'program'].includes(pou.pouKind) && !pou.abstract && !pou.final;
  const alone =
    pou.namespace.length +
      pou.usings.length +
      pou.extends.length +
      pou.implements.length +
      pou.methods.length +
      pou.properties.length +
      pou.actions.length +
      pou.transitions.length +
      pou.pragmas.length ===
    0;
  const blocks = pou.blocks.every(
    (block) =>
      sectionElements[block.section] !== undefined &&
      block.access === undefined &&
      block.variables.every((variable) => !variable.edge && !variable.args),
  );
  return (
    simple && alone && blocks && (pou.body === undefined || pou.body.kind === 'statements' || pou.body.kind === 'il')
  );
}

function pouXml(pou: PouDeclaration): string {
  const returns = pou.returnType ? `<returnType>${typeXml(pou.returnType)}</returnType>` : '';
  const text = textOfSpan(pou.span);
  const before = pou.pragmas.filter((pragma) => !text.includes(pragma)).map((pragma) => `${pragma}\n`);
  const source = isPlain(pou) ? '' : sourceData(before.join('') + text, pou.namespace, pou.usings);
  return `<pou name="${escapeAttribute(pou.name)}" pouType="${pouTypes[pou.pouKind]}"><interface>${returns}${pou.blocks.map(blockXml).join('')}</interface>${pou.body ? bodyXml(pou.body) : ''}${addData(source)}</pou>`;
}

function bodyXml(body: Body): string {
  const [language, text] =
    body.kind === 'il'
      ? ['IL', textBetween(body.instructions)]
      : ['ST', body.kind === 'statements' ? textBetween(body.statements) : ''];
  return `<body><${language}><xhtml xmlns="http://www.w3.org/1999/xhtml">${escapeText(text)}</xhtml></${language}></body>`;
}

/** The text from the first node to the last, with all that stands between them. */
function textBetween(nodes: readonly { readonly span: SourceSpan }[]): string {
  const first = nodes[0]?.span;
  const last = nodes.at(-1)?.span;
  if (!first || !last) return '';
  const text = first.source.text.slice(first.start, last.end);
  const indent = /[ \t]*$/.exec(first.source.text.slice(0, first.start))![0];
  return `\n${indent}${text}${/^\s*;/.test(last.source.text.slice(last.end)) ? ';' : ''}\n`;
}

function configurationXml(configuration: ConfigurationDeclaration): string {
  const resources = configuration.resources.map((resource) => {
    const instances = (task: string | undefined): string =>
      resource.programs
        .filter((program) =>
          task === undefined
            ? program.task === undefined
            : program.task !== undefined && foldName(program.task) === foldName(task),
        )
        .map(
          (program) =>
            `<pouInstance name="${escapeAttribute(program.name)}" typeName="${escapeAttribute(program.program)}"/>`,
        )
        .join('');
    const tasks = resource.tasks.map((task) => {
      const single = task.single ? ` single="${attributeOf(task.single)}"` : '';
      const interval = task.interval ? ` interval="${attributeOf(task.interval)}"` : '';
      return `<task name="${escapeAttribute(task.name)}"${single}${interval} priority="${task.priority ? attributeOf(task.priority) : '0'}">${instances(task.name)}</task>`;
    });
    return `<resource name="${escapeAttribute(resource.name)}">${tasks.join('')}${resource.blocks.map(blockXml).join('')}${instances(undefined)}</resource>`;
  });
  const plain =
    configuration.accessPaths.length === 0 &&
    configuration.configVariables.length === 0 &&
    configuration.resources.every((resource) =>
      resource.programs.every(
        (program) => program.args.length === 0 && program.fbTasks.length === 0 && !program.retain,
      ),
    );
  const source = plain ? '' : sourceData(textOfSpan(configuration.span), [], []);
  return `<configuration name="${escapeAttribute(configuration.name)}">${resources.join('')}${configuration.blocks.map(blockXml).join('')}${addData(source)}</configuration>`;
}
