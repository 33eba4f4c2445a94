import type { AttributeKind, Rule } from './schema-rules.js';
import { ruleNamed } from './schema-rules.js';
import type { XmlDocument, XmlElement } from './xml-tree.js';
import { escapeAttribute, rawAttributes } from './xml-write.js';

export const currentNamespace = 'http://www.plcopen.org/xml/tc6_0201';
const xhtml = 'http://www.w3.org/1999/xhtml';
/** Name of the vendor data in which export keeps what the schema has no place for. Import looks into it. */
export const keptDataName = 'urn:plc-emu:kept';

/**
 * Text of `element` made valid by TC6 XML 2.01: what is valid stays byte for byte; missing attributes and children get defaults,
 * children are put in order, and what has no place is kept in vendor data.
 */
export function conform(document: XmlDocument, element: XmlElement, ruleName: string): string {
  return new Conformer(document, element).conform(element, ruleName).text;
}

interface Result {
  readonly text: string;
  /** Elements that have no place here, nor vendor data to be kept in: the parent keeps them. */
  readonly homeless: readonly string[];
}

/** Defaults of children that must be there. */
const defaults: Readonly<Record<string, string>> = {
  fileHeader: '<fileHeader companyName="" productName="" productVersion="" creationDateTime="1970-01-01T00:00:00"/>',
  contentHeader:
    '<contentHeader name=""><coordinateInfo><fbd><scaling x="1" y="1"/></fbd><ld><scaling x="1" y="1"/></ld><sfc><scaling x="1" y="1"/></sfc></coordinateInfo></contentHeader>',
  coordinateInfo:
    '<coordinateInfo><fbd><scaling x="1" y="1"/></fbd><ld><scaling x="1" y="1"/></ld><sfc><scaling x="1" y="1"/></sfc></coordinateInfo>',
  fbd: '<fbd><scaling x="1" y="1"/></fbd>',
  ld: '<ld><scaling x="1" y="1"/></ld>',
  sfc: '<sfc><scaling x="1" y="1"/></sfc>',
  scaling: '<scaling x="1" y="1"/>',
  types: '<types><dataTypes/><pous/></types>',
  instances: '<instances><configurations/></instances>',
  position: '<position x="0" y="0"/>',
  relPosition: '<relPosition x="0" y="0"/>',
  content: `<content><xhtml xmlns="${xhtml}"/></content>`,
  alternativeText: `<alternativeText><xhtml xmlns="${xhtml}"/></alternativeText>`,
  body: `<body><ST><xhtml xmlns="${xhtml}"/></ST></body>`,
  ST: `<ST><xhtml xmlns="${xhtml}"/></ST>`,
  IL: `<ST><xhtml xmlns="${xhtml}"/></ST>`,
  simpleValue: '<simpleValue/>',
  type: '<type><derived name=""/></type>',
  baseType: '<baseType><derived name=""/></baseType>',
  BOOL: '<derived name=""/>',
};

const isValid: Readonly<Record<AttributeKind, (value: string) => boolean>> = {
  text: () => true,
  number: (value) => /^\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*$/.test(value),
  id: (value) => /^\s*\+?\d{1,18}\s*$/.test(value),
  integer: (value) => /^\s*[+-]?\d+\s*$/.test(value),
  boolean: (value) => /^\s*(true|false|0|1)\s*$/.test(value),
  time: (value) => isDateTime(value),
  edge: (value) => ['none', 'falling', 'rising'].includes(value),
  storage: (value) => ['none', 'set', 'reset'].includes(value),
  access: (value) => ['readOnly', 'readWrite'].includes(value),
  pouType: (value) => ['function', 'functionBlock', 'program'].includes(value),
  qualifier: (value) => ['P1', 'N', 'P0', 'R', 'S', 'L', 'D', 'P', 'DS', 'DL', 'SD', 'SL'].includes(value),
  unknown: (value) => ['preserve', 'discard', 'implementation'].includes(value),
};

/** What an invalid value becomes; undefined drops the attribute. */
function repaired(kind: AttributeKind, value: string): string | undefined {
  switch (kind) {
    case 'boolean':
      return /^\s*true\s*$/i.test(value) ? 'true' : 'false';
    case 'number':
    case 'id':
    case 'integer':
      return '0';
    case 'time': {
      const parts = /(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{1,2}):(\d{1,2}))?/.exec(value)?.slice(1) ?? [];
      const [year = '1970', ...rest] = parts.map((part) => part?.padStart(2, '0'));
      const [month = '01', day = '01', hour = '00', minute = '00', second = '00'] = rest;
      const time = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
      return isDateTime(time) ? time : '1970-01-01T00:00:00';
    }
    case 'pouType':
      return pouTypes.find(([spelling]) => spelling.test(value))?.[1];
    case 'unknown':
      return 'preserve';
    case 'text':
    case 'edge':
    case 'storage':
    case 'access':
    case 'qualifier':
      return undefined;
  }
}

const pouTypes: readonly (readonly [RegExp, string])[] = [
  [/^(function|fc)$/i, 'function'],
  [/^(function_?block|fb)$/i, 'functionBlock'],
  [/^(program|prg)$/i, 'program'],
];

function isDateTime(value: string): boolean {
  const parts = /^\s*-?(\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?\s*$/.exec(value);
  if (!parts) return false;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const days =
    month === 2
      ? (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
        ? 29
        : 28
      : [4, 6, 9, 11].includes(month)
        ? 30
        : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60 && year > 0;
}

/** A `pou` of a kind that the format doesn't have, or a type of nothing, can only be kept. */
function isExpressible(element: XmlElement): boolean {
  if (element.name === 'dataType' && !element.children.some((child) => child.name === 'baseType')) return false;
  const pouType = element.name === 'pou' ? element.attributes.get('pouType') : undefined;
  return pouType === undefined || isValid.pouType(pouType) || repaired('pouType', pouType) !== undefined;
}

class Conformer {
  private nextId: bigint;

  constructor(
    private readonly document: XmlDocument,
    private readonly root: XmlElement,
  ) {
    let highest = 0n;
    for (const match of document.text.matchAll(/\slocalId\s*=\s*["'](\d{1,18})["']/g)) {
      const id = BigInt(match[1]!);
      if (id > highest) highest = id;
    }
    this.nextId = highest + 1n;
  }

  conform(element: XmlElement, ruleName: string): Result {
    const rule = ruleNamed(ruleName);
    const startTag = this.startTag(element, ruleName, rule);
    const content = this.content(element, rule);
    const isRoot = element === this.root;
    if (startTag === undefined && content === undefined) return { text: this.raw(element), homeless: [] };
    const open = startTag ?? this.document.text.slice(element.start, element.contentStart);
    const { inner, homeless } = content ?? {
      inner: this.document.text.slice(element.contentStart, element.contentEnd),
      homeless: [],
    };
    if (inner === '' && element.contentStart === element.end) return { text: open, homeless };
    const name = /^<([^\s/>]+)/.exec(open)![1]!;
    const tag = open.endsWith('/>') ? `${open.slice(0, -2).trimEnd()}>` : open;
    const text = `${tag}${inner}</${name}>`;
    return isRoot && homeless.length > 0 ? { text, homeless: [] } : { text, homeless };
  }

  private raw(element: XmlElement): string {
    return this.document.text.slice(element.start, element.end);
  }

  /** The start tag anew, line ends and all; undefined where it is valid. */
  private startTag(element: XmlElement, ruleName: string, rule: Rule): string | undefined {
    const written = this.document.text.slice(element.start, element.contentStart);
    if (rule.content === 'any' && ruleName !== 'data') return undefined;
    const kept = new Set<string>();
    let text = '';
    let at = 0;
    for (const { name, value, start, end } of rawAttributes(written)) {
      const mended = this.attribute(name, value, rule);
      if (mended !== undefined) kept.add(name);
      if (mended === value) continue;
      text += written.slice(at, start) + (mended === undefined ? '' : `${name}="${escapeAttribute(mended)}"`);
      at = end;
    }
    text += written.slice(at);
    const added = [...rule.required]
      .filter((name) => !kept.has(name))
      .map((name) => ` ${name}="${escapeAttribute(this.defaultAttribute(element, name, rule.attributes[name]!))}"`);
    if (element === this.root && element.namespace === '' && ruleName === 'project')
      added.unshift(` xmlns="${currentNamespace}"`);
    if (added.length > 0) text = text.replace(/\s*\/?>$/, (close) => added.join('') + close);
    return text === written ? undefined : text;
  }

  /** The value that an attribute gets; undefined where it has no place. */
  private attribute(name: string, value: string, rule: Rule): string | undefined {
    if (name === 'xmlns' || name.startsWith('xmlns:')) {
      return value === this.root.namespace && value !== '' ? currentNamespace : value;
    }
    // The schema allows attributes of other namespaces nowhere, except those that tell validators about it.
    if (name.includes(':'))
      return name === 'xsi:schemaLocation' || name === 'xsi:noNamespaceSchemaLocation' ? value : undefined;
    const kind = Object.hasOwn(rule.attributes, name) ? rule.attributes[name] : undefined;
    if (kind === undefined) return undefined;
    return isValid[kind](value) ? value : repaired(kind, value);
  }

  private defaultAttribute(element: XmlElement, name: string, kind: AttributeKind): string {
    switch (kind) {
      case 'id':
        this.nextId += 1n;
        return name === 'localId' ? (this.nextId - 1n).toString() : '0';
      case 'number':
      case 'integer':
        return '0';
      case 'time':
        return '1970-01-01T00:00:00';
      case 'unknown':
        return 'preserve';
      case 'pouType':
        return 'functionBlock';
      default:
        // Early versions called the type of an instance `type`.
        return name === 'typeName' ? (element.attributes.get('type') ?? '') : '';
    }
  }

  /** The content anew; undefined where it is valid. */
  private content(
    element: XmlElement,
    rule: Rule,
  ): { readonly inner: string; readonly homeless: readonly string[] } | undefined {
    switch (rule.content) {
      case 'any':
        return element.children.length === 1
          ? undefined
          : { inner: `<kept xmlns="urn:plc-emu">${this.innerOf(element)}</kept>`, homeless: [] };
      case 'xhtml':
        return this.formatted(element);
      case 'text':
        return undefined;
      case 'elements':
        return this.sequence(element, rule);
    }
  }

  private innerOf(element: XmlElement): string {
    return this.document.text.slice(element.contentStart, element.contentEnd);
  }

  /** Formatted text is one element of XHTML; text without it is wrapped. */
  private formatted(element: XmlElement): { readonly inner: string; readonly homeless: readonly string[] } | undefined {
    const inner = this.innerOf(element);
    const around = element.children.reduceRight(
      (text, child) => text.slice(0, child.start - element.contentStart) + text.slice(child.end - element.contentStart),
      inner,
    );
    const bare = around.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, '');
    if (element.children.length === 1 && element.children[0]!.namespace === xhtml && /^\s*$/.test(bare))
      return undefined;
    return { inner: `<xhtml xmlns="${xhtml}">${inner}</xhtml>`, homeless: [] };
  }

  private sequence(
    element: XmlElement,
    rule: Rule,
  ): { readonly inner: string; readonly homeless: readonly string[] } | undefined {
    const filled: { readonly element: XmlElement; readonly text: string }[][] = rule.slots.map(() => []);
    const homeless: string[] = [];
    let changed = false;
    let reached = 0;
    for (const child of element.children) {
      const slot =
        child.namespace === this.root.namespace && isExpressible(child) ? this.slotOf(rule, child, filled) : -1;
      if (slot < 0) {
        homeless.push(this.raw(child));
        changed = true;
        continue;
      }
      const result = this.conform(child, rule.slots[slot]!.rules.get(this.nameIn(rule, slot, child))!);
      const text = this.renamed(result.text, child, this.nameIn(rule, slot, child));
      homeless.push(...result.homeless);
      if (text !== this.raw(child) || slot < reached) changed = true;
      reached = Math.max(reached, slot);
      filled[slot]!.push({ element: child, text });
    }
    const missing = rule.slots.map((slot, i) => slot.required && filled[i]!.length === 0);
    if (missing.some(Boolean) || homeless.length > 0) changed = true;
    if (!changed) return undefined;
    const parts = rule.slots.map((slot, i) => {
      const texts = filled[i]!.map(({ text }) => text);
      if (missing[i]) texts.push(this.missingChild([...slot.rules.keys()][0]!));
      return texts;
    });
    const keeper = rule.slots.findIndex((slot) => slot.rules.has('addData'));
    if (keeper >= 0 && homeless.length > 0) {
      parts[keeper] = [withKept(parts[keeper]![0], homeless.splice(0), this.prefix())];
    }
    return { inner: this.laidOut(element, filled, parts), homeless };
  }

  /** Children with what stands before each in the document, so that lines keep their numbers as far as the order allows. */
  private laidOut(
    element: XmlElement,
    filled: readonly (readonly { readonly element: XmlElement; readonly text: string }[])[],
    parts: readonly (readonly string[])[],
  ): string {
    const { text } = this.document;
    const gaps = new Map<XmlElement, string>();
    let end = element.contentStart;
    let lost = '';
    const kept = new Set(filled.flat().map((entry) => entry.element));
    for (const child of element.children) {
      const gap = text.slice(end, child.start);
      end = child.end;
      if (kept.has(child)) {
        gaps.set(child, lost + gap);
        lost = '';
      } else lost += gap + text.slice(child.start, child.end).replace(/[^\n]+/g, '');
    }
    const pieces = parts.flatMap((texts, slot) =>
      texts.map((part, i) => (gaps.get(filled[slot]![i]?.element ?? element) ?? '') + part),
    );
    return pieces.join('') + lost + text.slice(end, element.contentEnd);
  }

  private slotOf(rule: Rule, child: XmlElement, filled: readonly (readonly unknown[])[]): number {
    return rule.slots.findIndex(
      (slot, i) => this.nameMatch(slot.rules, child) !== undefined && (slot.many || filled[i]!.length === 0),
    );
  }
  /** `<st>` is `<ST>` to some tools. */
  private nameMatch(rules: ReadonlyMap<string, string>, child: XmlElement): string | undefined {
    if (rules.has(child.name)) return child.name;
    return child.name === 'st' || child.name === 'il'
      ? [...rules.keys()].find((name) => name === child.name.toUpperCase())
      : undefined;
  }
  private nameIn(rule: Rule, slot: number, child: XmlElement): string {
    return this.nameMatch(rule.slots[slot]!.rules, child)!;
  }
  private renamed(text: string, child: XmlElement, name: string): string {
    return name === child.name
      ? text
      : text.replace(/^<[^\s/>]+/, `<${this.prefix()}${name}`).replace(/<\/[^\s>]+>$/, `</${this.prefix()}${name}>`);
  }

  private prefix(): string {
    return /^<([^\s/>:]+:)/.exec(this.document.text.slice(this.root.start, this.root.start + 80))?.[1] ?? '';
  }

  private missingChild(name: string): string {
    const text = defaults[name] ?? `<${name}/>`;
    const prefix = this.prefix();
    return prefix === '' ? text : text.replace(/<(\/?)(?!xhtml)/g, `<$1${prefix}`);
  }
}

function withKept(addData: string | undefined, homeless: readonly string[], prefix: string): string {
  const data = `<${prefix}data name="${keptDataName}" handleUnknown="preserve"><kept xmlns="urn:plc-emu">${homeless.join('')}</kept></${prefix}data>`;
  if (addData === undefined || /^<[^>]*\/>$/.test(addData)) return `<${prefix}addData>${data}</${prefix}addData>`;
  const close = addData.lastIndexOf('</');
  return `${addData.slice(0, close)}${data}${addData.slice(close)}`;
}
