import type { Severity } from '../model/diagnostic.js';

export interface ProblemEntry {
  readonly severity: Severity;
  /** Short title for the code's page. */
  readonly title: string;
  /** What it means and how to mend it: the body of the page. */
  readonly explain: string;
  /** Clause of IEC 61131-3:2013 or other source, where one decides. */
  readonly clause?: string;
}

/**
 * Every diagnostic code. Codes are stable: never reuse one. E0xxx documents and XML, E1xxx lexing and parsing,
 * E2xxx names and declarations, E3xxx types and expressions, E4xxx statements and calls, E5xxx object orientation,
 * E6xxx graphical bodies and SFC, E7xxx configuration, tasks, addresses, E8xxx limits, E9xxx not supported. W... likewise.
 */
const table = {
  W0001: { severity: 'warning', title: 'More findings', explain: 'At most 100 findings are listed; this one counts the rest.' },
  E0001: { severity: 'error', title: 'XML_MALFORMED: not well-formed', explain: 'The document breaks a rule of XML at this place: tags that do not match, characters that need escaping, text outside the root element. Export it again, or mend the place by hand; nothing of it was loaded.', clause: 'XML 1.0' },
  E0002: { severity: 'error', title: 'XML_DOCTYPE: document type', explain: 'PLCopen documents have no DOCTYPE. It is refused unread, because entities can name files and grow without bound. Remove it.', clause: 'XML 1.0, 2.8' },
  E0003: { severity: 'error', title: 'XML_DEPTH: nested too deeply', explain: 'Elements are nested deeper than 512. Real projects stay below 60, so the document is damaged.' },
  E0004: { severity: 'error', title: 'XML_ENCODING: encoding not known', explain: 'The encoding that the XML declaration names is not known, or the bytes contradict it. Save the document as UTF-8.', clause: 'XML 1.0, 4.3.3' },
  E0005: { severity: 'error', title: 'XML_BYTES: invalid bytes', explain: 'Bytes of the document are invalid in its encoding; often a file in a national code page that claims to be UTF-8. Save it in the encoding that it declares.', clause: 'XML 1.0, 4.3.3' },
  E0006: { severity: 'error', title: 'XML_CHARACTER: character not allowed', explain: 'XML has no control characters but tab and line ends, no NUL and no half surrogates. Remove the character.', clause: 'XML 1.0, 2.2' },
  E0007: { severity: 'error', title: 'XML_ATTRIBUTES: too many attributes', explain: 'An element has at most 256 attributes.' },
  E0008: { severity: 'error', title: 'XML_SIZE: document too large', explain: 'A document has at most 16 MB, 500,000 elements and 20,000 program units. Split the project into several documents.' },
  E0009: { severity: 'error', title: 'Empty document', explain: 'The document holds nothing. Export the project again.' },
  E0010: { severity: 'error', title: 'No PLCopen document', explain: 'The root element of a PLCopen document is `project`, or `pou`, `dataType` or `globalVars` for a single one.', clause: 'PLCopen TC6 XML' },
  E0011: { severity: 'error', title: 'Unknown PLCopen version', explain: 'The namespace of the document names a version of the format that is not known. Versions 1.0 to 2.01 are.', clause: 'PLCopen TC6 XML' },
  E0012: { severity: 'error', title: 'Attribute missing or malformed', explain: 'An element lacks an attribute that it needs, such as its name, or the value does not fit.', clause: 'PLCopen TC6 XML' },
  E0013: { severity: 'error', title: 'Type missing or unknown element for a type', explain: 'A declaration needs a type: an elementary one, `derived`, `array`, `string`, `pointer`, `struct`, `enum` or a subrange.', clause: 'PLCopen TC6 XML' },
  E0014: { severity: 'error', title: 'Malformed task interval', explain: 'An interval is a duration above zero: `T#20ms`, `PT0.02S` or `00:00:00.020`.', clause: 'PLCopen TC6 XML' },
  E0015: { severity: 'error', title: 'Kind of program unit not known', explain: 'A `pou` is a function, a functionBlock or a program; interfaces, methods and actions stand within others.', clause: 'PLCopen TC6 XML' },
  E0016: { severity: 'error', title: 'Body language not known', explain: 'A body is ST, IL, LD, FBD, SFC, or CFC in the form of CODESYS.', clause: 'PLCopen TC6 XML' },
  W0013: { severity: 'warning', title: 'Program that does not run here', explain: 'The task runs a program that belongs to the tool and not to the control, such as its visualisation. It is left out.' },
  E0017: { severity: 'error', title: 'Library missing', explain: 'Names of a library are used that no document of the project declares. The finding lists each library once. Add its sources to the project.' },
  W0010: { severity: 'warning', title: 'No PLCopen namespace', explain: 'The document has no namespace; it is read as TC6 2.01.', clause: 'PLCopen TC6 XML' },
  W0011: { severity: 'warning', title: 'Element not understood', explain: 'The element is not part of the format or belongs to a tool that is not known. It has no effect here; export keeps it.', clause: 'PLCopen TC6 XML' },
  W0012: { severity: 'warning', title: 'Text in a place that has none', explain: 'The text has no effect.' },
  E1001: { severity: 'error', title: 'Unexpected character', explain: 'A character that no token of the language begins with. Remove it or put it into a string or comment.', clause: '6.1.1' },
  E1002: { severity: 'error', title: 'String not closed', explain: 'A string ends on the line on which it begins. Write the closing quote; write `$N` for a line break within it.', clause: '6.3.3' },
  E1003: { severity: 'error', title: 'Comment not closed', explain: 'A comment runs to the end of the text. Write `*)` (or `*/`) where it ends; comments nest, so each opening needs its own end.', clause: '6.1.5' },
  E1004: { severity: 'error', title: 'Pragma not closed', explain: 'A pragma runs to the end of the text. Write `}` where it ends.', clause: '6.1.6' },
  E1005: { severity: 'error', title: 'Malformed number', explain: 'A numeric literal has digits its base does not have, misplaced underscores, or more than 64 bits.', clause: '6.3.2' },
  E1006: { severity: 'error', title: 'Malformed duration', explain: 'A duration literal is `T#` or `LT#` followed by numbers with the units d, h, m, s, ms, us, ns from large to small.', clause: '6.3.4.2' },
  E1007: { severity: 'error', title: 'Malformed date or time of day', explain: 'Dates are written `D#2024-12-31`, times `TOD#12:30:15.5`, both together `DT#2024-12-31-12:30:15`.', clause: '6.3.4.3' },
  E1008: { severity: 'error', title: 'Unknown escape in a string', explain: 'Within a string `$` begins an escape: `$$ $\' $" $L $N $P $R $T` or two hexadecimal digits, four in a WSTRING literal.', clause: '6.3.3' },
  E1009: { severity: 'error', title: 'Malformed address', explain: 'A directly represented variable is `%`, an area I, Q or M, a size X, B, W, D or L, and numbers with dots: `%IX0.1`.', clause: '6.5.5' },
  E1010: { severity: 'error', title: 'Typographic quotes', explain: 'Word processors and chat programs replace quotes. Strings are delimited by \' or, for WSTRING, by ".', clause: '6.3.3' },
  E1012: { severity: 'error', title: 'Malformed typed literal', explain: 'After `TYPE#` a literal of that type or a name of the enumeration follows at once.', clause: '6.3.2' },
  E1101: { severity: 'error', title: 'Unexpected text', explain: 'The text at this place does not fit the grammar. The message says what was expected.' },
  E1102: { severity: 'error', title: 'Semicolon missing', explain: 'Every statement and declaration ends with a semicolon.', clause: '7.3.3' },
  E1103: { severity: 'error', title: 'Block not closed', explain: 'A block such as IF, FOR or CASE has no END_... of its own. The message names the line on which it begins.', clause: '7.3.3' },
  E1104: { severity: 'error', title: 'END or ELSE without its block', explain: 'The word closes or continues a block that is not open here.', clause: '7.3.3' },
  E1105: { severity: 'error', title: '`=` instead of `:=`', explain: '`=` compares. Assign with `:=`.', clause: '7.3.3.1' },
  E1106: { severity: 'error', title: '`:=` instead of `=`', explain: '`:=` assigns and has no value. Compare with `=`.', clause: '7.3.2' },
  E1107: { severity: 'error', title: 'Operator of another language', explain: 'Structured Text writes = <> AND OR NOT MOD, and `x := x + 1;` for increments.', clause: '7.3.2' },
  E1108: { severity: 'error', title: 'Misspelt keyword', explain: 'The word resembles a keyword: ELSIF, END_IF, END_FOR ...', clause: '7.3.3' },
  E1109: { severity: 'error', title: 'Keyword missing', explain: 'A statement lacks a word that belongs to it: THEN, DO, OF, TO, UNTIL.', clause: '7.3.3' },
  E1110: { severity: 'error', title: 'Reserved word as a name', explain: 'Keywords can\'t name variables, types or program units. Choose another name.', clause: '6.1.3' },
  E1111: { severity: 'error', title: 'Malformed declaration', explain: 'A declaration is `name : TYPE;`, with an initial value `name : TYPE := value;`.', clause: '6.5.1' },
  E1112: { severity: 'error', title: 'Expression missing or incomplete', explain: 'An operand was expected at this place.', clause: '7.3.2' },
  E1113: { severity: 'error', title: 'Program unit not closed', explain: 'FUNCTION, FUNCTION_BLOCK, PROGRAM, TYPE, VAR and the like need their END_... word.', clause: '6.6.1' },
  E1114: { severity: 'error', title: 'Text outside program units', explain: 'Statements stand within FUNCTION, FUNCTION_BLOCK, PROGRAM, METHOD or ACTION.', clause: '6.6.1' },
  E1115: { severity: 'error', title: 'Statement list missing', explain: 'A branch of CASE needs at least one statement; `;` alone does nothing.', clause: '7.3.3.3.2' },
  E1116: { severity: 'error', title: 'Malformed instruction', explain: 'An instruction of Instruction List is an operator, its modifiers and operands, on a line of its own.', clause: '7.2' },
  E1117: { severity: 'error', title: 'Malformed sequential function chart', explain: 'The textual chart consists of INITIAL_STEP, STEP, TRANSITION and ACTION.', clause: '6.7' },
  E1118: { severity: 'error', title: 'Two bodies', explain: 'A program unit has one body.', clause: '6.6.1' },
  E1119: { severity: 'error', title: 'Malformed configuration', explain: 'A configuration consists of resources, tasks, programs and their variables.', clause: '6.8' },
  W1001: { severity: 'warning', title: 'Semicolon missing after END_...', explain: 'Many compilers accept the omission, the standard does not. Write `;`.', clause: '7.3.3' },
  W1002: { severity: 'warning', title: 'Text without effect', explain: 'The text is understood but changes nothing in this host; the message says why.' },
  W1013: { severity: 'warning', title: 'Semicolon missing at the end of a body', explain: 'Some tools accept the omission behind the last statement, the standard does not. Write `;`.', clause: '7.3.3' },
  W1004: { severity: 'warning', title: 'Branch of CASE without statements', explain: 'CODESYS accepts a branch that does nothing, the standard asks for a statement. Write `;`.', clause: '7.3.3.3.2' },
  W1003: { severity: 'warning', title: 'Comments out of balance', explain: 'A comment contains another opening `(*`, and the text ends before all of them are closed. It is read as edition 2 of the standard does, without nesting: the comment ends at the first `*)`. Remove the inner `(*`.', clause: '6.1.5' },
  E6001: { severity: 'error', title: 'Wire from nowhere', explain: 'A connection refers to an element that the body does not have. Connect it again in the editor.', clause: '8.1.2' },
  E6002: { severity: 'error', title: 'Element number twice', explain: 'Two elements of a body have the same localId, so wires to them are ambiguous.', clause: 'PLCopen TC6 XML' },
  E6003: { severity: 'error', title: 'Element number missing', explain: 'Every graphical element needs a localId, a whole number.', clause: 'PLCopen TC6 XML' },
  E6004: { severity: 'error', title: 'Circle without a memory', explain: 'A value depends on itself within one scan. Only function blocks and variables remember the last scan: lead the feedback through one of them.', clause: '8.1.4' },
  E6005: { severity: 'error', title: 'Connector without counterpart', explain: 'Each continuation needs one connector of its name in the same body.', clause: '8.1.3' },
  E6006: { severity: 'error', title: 'Jump to a missing label', explain: 'A jump leads to a label of the same body.', clause: '8.1.5' },
  E6007: { severity: 'error', title: 'Label twice', explain: 'The labels of a body differ.', clause: '8.1.5' },
  E6008: { severity: 'error', title: 'Element without variable', explain: 'A contact, coil or variable of a drawing needs the name of a variable or an expression.', clause: '8.2' },
  E6009: { severity: 'error', title: 'Output not there', explain: 'A wire comes from an output that the block does not have. The block was probably changed after it was drawn: update it in the editor.', clause: '8.1.2' },
  E6010: { severity: 'error', title: 'Wire from an element without a value', explain: 'Power rails on the right, jumps, labels and outputs give no value.', clause: '8.1.2' },
  E6011: { severity: 'error', title: 'Block without type', explain: 'A block calls a function or an instance of a function block; name it in typeName.', clause: '8.1.2' },
  E6012: { severity: 'error', title: 'Element not supported', explain: 'The element is not one of LD, FBD or CFC, or has a modifier that has no defined meaning there.' },
  E6020: { severity: 'error', title: 'Transition leads nowhere', explain: 'A transition needs at least one step, or a jump to one, below it.', clause: '6.7.3' },
  E6021: { severity: 'error', title: 'Transition without a step before it', explain: 'A transition fires while the steps above it are active; it has none.', clause: '6.7.3' },
  E6022: { severity: 'error', title: 'Jump to a missing step', explain: 'The target of a jump is a step of the same chart.', clause: '6.7.5' },
  E6023: { severity: 'error', title: 'Two steps without a transition', explain: 'Between two steps a transition must stand.', clause: '6.7.5' },
  E6024: { severity: 'error', title: 'Transition without condition', explain: 'A transition needs a condition: an expression, a named transition or a drawing.', clause: '6.7.3' },
  E6025: { severity: 'error', title: 'Macro step without chart', explain: 'A macro step contains a chart of its own.' },
  E6026: { severity: 'error', title: 'Malformed action', explain: 'An action of a step has a qualifier, a duration where the qualifier asks for one, and the name of an action or BOOL variable or statements.', clause: '6.7.4' },
  W6001: { severity: 'warning', title: 'Contact without power', explain: 'Nothing leads to the contact from the left, so the rung behind it is always FALSE.', clause: '8.2.3' },
  W6002: { severity: 'warning', title: 'Coil without power', explain: 'Nothing leads to the coil, so its variable is set to FALSE in every scan.', clause: '8.2.4' },
  W6003: { severity: 'warning', title: 'Variable not wired', explain: 'Nothing is wired to the variable, so the drawing does not write it.', clause: '8.1.2' },
  W6004: { severity: 'warning', title: 'Action block without step', explain: 'The action block is connected to no step and never runs.', clause: '6.7.4' },
  W6005: { severity: 'warning', title: 'Duration missing', explain: 'The qualifier delays or limits the action, but no duration is given; zero is assumed.', clause: '6.7.4' },
  E8001: { severity: 'error', title: 'NESTING: nested too deeply', explain: 'Expressions, statements, types and comments nest at most 256 levels, and one chain of operators has at most 1000. Split the construct.' },
  E8002: { severity: 'error', title: 'SIZE: name or literal too long', explain: 'Names have at most 1000 characters, string literals 65536.' },
  E9101: { severity: 'error', title: 'Variadic parameters are not supported', explain: 'Parameters with `...` or `{sized}` belong to one compiler only. Declare the parameters one by one, or pass an array as VAR_IN_OUT.' },
  E9102: { severity: 'error', title: 'Generic type parameters are not supported', explain: 'FUNCTION f<T : ANY_NUM> belongs to one compiler only. Write one function per type, or use the generic types of the standard library.' },
  E9103: { severity: 'error', title: 'Conditional compilation is not supported', explain: 'The pragmas {IF}, {ELSIF}, {ELSE}, {END_IF} and {define} choose text at compile time. Keep the text that is wanted and remove the pragmas.' },
  E9104: { severity: 'error', title: 'Embedded code of another language is not supported', explain: 'A pragma within a body holds C code. Write it in a language of IEC 61131-3, or as a plugin.' },
  W9104: { severity: 'warning', title: 'Code of another language in a library', explain: 'The body holds code of another language between braces, which this host does not run. The document instantiates nothing, so it loads; a program that uses the block gets no result from it. Write it in a language of IEC 61131-3, or as a plugin.' },
  E9105: { severity: 'error', title: 'Tests within the source are not supported', explain: 'TEST ... END_TEST belongs to one compiler only. Write the test as a scenario.' },
  E9106: { severity: 'error', title: 'Construct of the grammar not supported', explain: 'The message names the construct.' },
  E9001: {
    severity: 'error',
    title: 'Not possible in a condition',
    explain: 'A condition (RunUntil, `until` of a scenario) reads variables of the running program and compares them; it calls nothing and changes nothing. Use variables, literals, comparisons, AND, OR, XOR, NOT, + - * and, for reals, /.',
  },
  E9999: {
    severity: 'error',
    title: 'Defect of the compiler',
    explain: 'The compiler failed on this program; that is a defect of plc-emu, not of the program. Please report it with the message.',
  },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof table;
export const problemTable: Readonly<Record<ProblemCode, ProblemEntry>> = table;

/** The finding that stands for a defect of the compiler itself. */
export const internalErrorCode = 'E9999' satisfies ProblemCode;
