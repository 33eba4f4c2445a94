/**
 * What TC6 XML 2.01 lets an element contain, as far as export needs to know: its attributes, and its children in order. Written
 * after the public schema. Rules are found by the name of the element within its parent's rule, for the format uses one name
 * (`variable`, `value`, `action`) for several things.
 */
export type AttributeKind =
  | 'text'
  | 'number'
  | 'id'
  | 'boolean'
  | 'integer'
  | 'time'
  | 'edge'
  | 'storage'
  | 'access'
  | 'pouType'
  | 'qualifier'
  | 'unknown';

export interface Rule {
  /** `!` behind the name: required. */
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  readonly required: ReadonlySet<string>;
  readonly slots: readonly Slot[];
  /** `xhtml`: exactly one element of XHTML. `any`: exactly one element of any kind. `text`: text only. */
  readonly content: 'elements' | 'xhtml' | 'any' | 'text';
}
/** Elements that may stand at one place of the sequence, with the rule of each. */
export interface Slot {
  readonly rules: ReadonlyMap<string, string>;
  readonly required: boolean;
  readonly many: boolean;
}

const attributeKinds: Readonly<Record<string, AttributeKind>> = {
  localId: 'id', refLocalId: 'id', executionOrderId: 'id', x: 'number', y: 'number', width: 'number', height: 'number', negated: 'boolean',
  negatedIn: 'boolean', negatedOut: 'boolean', hidden: 'boolean', constant: 'boolean', retain: 'boolean', nonretain: 'boolean', persistent: 'boolean',
  nonpersistent: 'boolean', initialStep: 'boolean', edge: 'edge', edgeIn: 'edge', edgeOut: 'edge', storage: 'storage', storageIn: 'storage',
  storageOut: 'storage', creationDateTime: 'time', modificationDateTime: 'time', pouType: 'pouType', qualifier: 'qualifier', handleUnknown: 'unknown',
  direction: 'access',
}; // prettier-ignore
/** `priority` of a task is a whole number, of a transition one that is not negative. */
const numberedPriority: Readonly<Record<string, AttributeKind>> = { task: 'integer', transition: 'id' };

const end = 'addData? documentation:formatted?';
const place = 'position:point';
const pins = (one: string): string => `variable:${one}*`;
const drawn = 'localId! height width executionOrderId globalId';
const modified = `${drawn} negated edge storage`;
const elementary =
  'BOOL|BYTE|WORD|DWORD|LWORD|SINT|INT|DINT|LINT|USINT|UINT|UDINT|ULINT|REAL|LREAL|TIME|DATE|DT|TOD|ANY|ANY_DERIVED|ANY_ELEMENTARY|ANY_MAGNITUDE|ANY_NUM|ANY_REAL|ANY_INT|ANY_BIT|ANY_STRING|ANY_DATE'
    .split('|')
    .map((name) => `${name}:empty`)
    .join('|');
const common = 'comment|error:comment|connector|continuation|actionBlock|vendorElement';
const fbd = 'block|inVariable|outVariable|inOutVariable|label|jump|return:jumpless';
const ld = 'leftPowerRail|rightPowerRail|coil|contact';
const sfc =
  'step|macroStep|jumpStep|transition|selectionDivergence|selectionConvergence|simultaneousDivergence|simultaneousConvergence';

/** name: [attributes, children]. Of children: `a` once, `a?` at most once, `a*` any number, `a+` at least once, `a|b` either, `a:rule`. */
const written: Readonly<Record<string, readonly [string, string]>> = {
  project: ['', `fileHeader contentHeader types instances ${end}`],
  fileHeader: ['companyName! companyURL productName! productVersion! productRelease creationDateTime! contentDescription', ''],
  contentHeader: ['name! version modificationDateTime organization author language', 'Comment:text? coordinateInfo addDataInfo? addData?'],
  coordinateInfo: ['', 'pageSize:pointAttributes? fbd:scaled ld:scaled sfc:scaled'],
  scaled: ['', 'scaling:pointAttributes'],
  pointAttributes: ['x! y!', ''],
  point: ['x! y!', ''],
  addDataInfo: ['', 'info*'],
  info: ['name! version vendor!', 'description:formatted?'],
  types: ['', 'dataTypes pous'],
  dataTypes: ['', 'dataType*'],
  dataType: ['name!', `baseType:type initialValue:valueHolder? ${end}`],
  pous: ['', 'pou*'],
  pou: ['name! pouType! globalId', `interface? actions? transitions? body* ${end}`],
  interface: ['', `returnType:type? localVars:varList|tempVars:varList|inputVars:varList|outputVars:varList|inOutVars:varList|externalVars:varList|globalVars:varList|accessVars:varList* ${end}`],
  actions: ['', 'action:named*'],
  transitions: ['', 'transition:named*'],
  named: ['name! globalId', `body ${end}`],
  instances: ['', 'configurations'],
  configurations: ['', 'configuration*'],
  configuration: ['name! globalId', `resource* globalVars:varList* accessVars:accessList? configVars:configList? ${end}`],
  resource: ['name! globalId', `task* globalVars:varList* pouInstance* ${end}`],
  task: ['name! single interval priority! globalId', `pouInstance* ${end}`],
  pouInstance: ['name! typeName! globalId', end],
  type: ['', `${elementary}|string|wstring:string|array|derived|enum|struct|subrangeSigned:subrange|subrangeUnsigned:subrange|pointer`],
  string: ['length', ''],
  array: ['', 'dimension:range+ baseType:type'],
  derived: ['name!', 'addData?'],
  enum: ['', 'values baseType:type?'],
  values: ['', 'value:enumValue+'],
  enumValue: ['name! value', ''],
  struct: ['', `variable:declared* ${end}`],
  subrange: ['', 'range baseType:type'],
  range: ['lower! upper!', ''],
  pointer: ['', 'baseType:type'],
  valueHolder: ['', 'simpleValue|arrayValue|structValue'],
  simpleValue: ['value', ''],
  arrayValue: ['', 'value:arrayElement*'],
  arrayElement: ['repetitionValue', 'simpleValue|arrayValue|structValue'],
  structValue: ['', 'value:structMember*'],
  structMember: ['member!', 'simpleValue|arrayValue|structValue'],
  body: ['WorksheetName globalId', `IL:formatted|ST:formatted|FBD|LD|SFC ${end}`],
  inline: ['WorksheetName globalId name!', `IL:formatted|ST:formatted|FBD|LD|SFC ${end}`],
  inlineAction: ['WorksheetName globalId', `IL:formatted|ST:formatted|FBD|LD|SFC ${end}`],
  FBD: ['', `${common}|${fbd}*`],
  LD: ['', `${common}|${fbd}|${ld}*`],
  SFC: ['', `${common}|${fbd}|${ld}|${sfc}*`],
  varList: ['name constant retain nonretain persistent nonpersistent', `variable:declared* ${end}`],
  declared: ['name! address globalId', `type initialValue:valueHolder? ${end}`],
  accessList: ['', `accessVariable* ${end}`],
  accessVariable: ['alias! instancePathAndName! direction', `type ${end}`],
  configList: ['', `configVariable* ${end}`],
  configVariable: ['instancePathAndName! address', `type initialValue:valueHolder? ${end}`],
  connection: ['globalId refLocalId! formalParameter', 'position:point* addData?'],
  connectionPointIn: ['globalId', 'relPosition:point? connection* expression:text? addData?'],
  connectionPointOut: ['globalId', 'relPosition:point? expression:text? addData?'],
  namedPointOut: ['globalId formalParameter!', 'relPosition:point? expression:text? addData?'],
  addData: ['', 'data*'],
  data: ['name! handleUnknown!', ''],
  comment: ['localId! height! width! globalId', `${place} content:formatted ${end}`],
  connector: ['name! localId! height width globalId', `${place} connectionPointIn? ${end}`],
  continuation: ['name! localId! height width globalId', `${place} connectionPointOut? ${end}`],
  actionBlock: ['localId! negated width height executionOrderId globalId', `${place} connectionPointIn? action:stepAction* ${end}`],
  stepAction: ['localId! qualifier width height duration indicator executionOrderId globalId', `relPosition:point reference? inline:inlineAction? connectionPointOut? ${end}`],
  reference: ['name!', ''],
  vendorElement: [drawn, `${place} alternativeText:formatted inputVariables? inOutVariables? outputVariables? addData`],
  block: [`${drawn} typeName! instanceName`, `${place} inputVariables inOutVariables outputVariables ${end}`],
  inputVariables: ['', pins('inputPin')],
  inOutVariables: ['', pins('inOutPin')],
  outputVariables: ['', pins('outputPin')],
  inputPin: ['formalParameter! negated edge storage hidden', 'connectionPointIn documentation:formatted?'],
  inOutPin: ['formalParameter! negated edge storage hidden', 'connectionPointIn? connectionPointOut? documentation:formatted?'],
  outputPin: ['formalParameter! negated edge storage hidden', 'connectionPointOut? documentation:formatted?'],
  inVariable: [modified, `${place} connectionPointOut? expression:text ${end}`],
  outVariable: [modified, `${place} connectionPointIn? expression:text ${end}`],
  inOutVariable: [`${drawn} negatedIn edgeIn storageIn negatedOut edgeOut storageOut`, `${place} connectionPointIn? connectionPointOut? expression:text ${end}`],
  label: [`${drawn} label!`, `${place} ${end}`],
  jump: [`${drawn} label!`, `${place} connectionPointIn? ${end}`],
  jumpless: [drawn, `${place} connectionPointIn? ${end}`],
  leftPowerRail: [drawn, `${place} connectionPointOut:namedPointOut* ${end}`],
  rightPowerRail: [drawn, `${place} connectionPointIn* ${end}`],
  coil: [modified, `${place} connectionPointIn? connectionPointOut? variable:text ${end}`],
  contact: [modified, `${place} connectionPointIn? connectionPointOut? variable:text ${end}`],
  step: [`${drawn} name! initialStep negated`, `${place} connectionPointIn? connectionPointOut:namedPointOut? connectionPointOutAction:namedPointOut? ${end}`],
  macroStep: [`${drawn} name`, `${place} connectionPointIn? connectionPointOut? body? ${end}`],
  jumpStep: [`${drawn} targetName!`, `${place} connectionPointIn? ${end}`],
  transition: [`${drawn} priority`, `${place} connectionPointIn? connectionPointOut? condition? ${end}`],
  condition: ['negated', 'reference|connectionPointIn|inline'],
  selectionDivergence: ['localId! height width globalId', `${place} connectionPointIn? connectionPointOut:namedPointOut* ${end}`],
  selectionConvergence: ['localId! height width globalId', `${place} connectionPointIn* connectionPointOut? ${end}`],
  simultaneousDivergence: ['localId! height width name globalId', `${place} connectionPointIn? connectionPointOut:namedPointOut* ${end}`],
  simultaneousConvergence: ['localId! height width globalId', `${place} connectionPointIn* connectionPointOut? ${end}`],
}; // prettier-ignore

const special: Readonly<Record<string, Rule['content']>> = { formatted: 'xhtml', text: 'text', data: 'any' };

const rules = new Map<string, Rule>();
const noRule: Rule = { attributes: {}, required: new Set(), slots: [], content: 'elements' };

/** The rule of that name; `project` is the root's. */
export function ruleNamed(name: string): Rule {
  const known = rules.get(name);
  if (known) return known;
  const made = makeRule(name);
  rules.set(name, made);
  return made;
}

function makeRule(name: string): Rule {
  const content = Object.hasOwn(special, name) ? special[name]! : 'elements';
  const text = Object.hasOwn(written, name) ? written[name]! : undefined;
  if (!text) return { ...noRule, content };
  const [attributeText, childText] = text;
  const attributes = new Map<string, AttributeKind>();
  const required = new Set<string>();
  for (const part of attributeText.split(' ').filter((word) => word !== '')) {
    const attribute = part.replace('!', '');
    attributes.set(
      attribute,
      attribute === 'priority' ? (numberedPriority[name] ?? 'text') : (attributeKinds[attribute] ?? 'text'),
    );
    if (part.endsWith('!')) required.add(attribute);
  }
  const slots = childText
    .split(' ')
    .filter((word) => word !== '')
    .map((word): Slot => {
      const mark = /[?*+]$/.exec(word)?.[0] ?? '';
      const names = (mark === '' ? word : word.slice(0, -1)).split('|').map((choice) => choice.split(':'));
      return {
        rules: new Map(names.map(([child, rule]) => [child!, rule ?? child!])),
        required: mark === '' || mark === '+',
        many: mark === '*' || mark === '+',
      };
    });
  return { attributes: Object.fromEntries(attributes), required, slots, content };
}
