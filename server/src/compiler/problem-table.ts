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
  W0001: {
    severity: 'warning',
    title: 'More findings',
    explain: 'At most 100 findings are listed; this one counts the rest.',
  },
  E0001: {
    severity: 'error',
    title: 'XML_MALFORMED: not well-formed',
    explain:
      'The document breaks a rule of XML at this place: tags that do not match, characters that need escaping, text outside the root element. Export it again, or mend the place by hand; nothing of it was loaded.',
    clause: 'XML 1.0',
  },
  E0002: {
    severity: 'error',
    title: 'XML_DOCTYPE: document type',
    explain:
      'PLCopen documents have no DOCTYPE. It is refused unread, because entities can name files and grow without bound. Remove it.',
    clause: 'XML 1.0, 2.8',
  },
  E0003: {
    severity: 'error',
    title: 'XML_DEPTH: nested too deeply',
    explain: 'Elements are nested deeper than 512. Real projects stay below 60, so the document is damaged.',
  },
  E0004: {
    severity: 'error',
    title: 'XML_ENCODING: encoding not known',
    explain:
      'The encoding that the XML declaration names is not known, or the bytes contradict it. Save the document as UTF-8.',
    clause: 'XML 1.0, 4.3.3',
  },
  E0005: {
    severity: 'error',
    title: 'XML_BYTES: invalid bytes',
    explain:
      'Bytes of the document are invalid in its encoding; often a file in a national code page that claims to be UTF-8. Save it in the encoding that it declares.',
    clause: 'XML 1.0, 4.3.3',
  },
  E0006: {
    severity: 'error',
    title: 'XML_CHARACTER: character not allowed',
    explain:
      'XML has no control characters but tab and line ends, no NUL and no half surrogates. Remove the character.',
    clause: 'XML 1.0, 2.2',
  },
  E0007: {
    severity: 'error',
    title: 'XML_ATTRIBUTES: too many attributes',
    explain: 'An element has at most 256 attributes.',
  },
  E0008: {
    severity: 'error',
    title: 'XML_SIZE: document too large',
    explain:
      'A document has at most 16 MB, 500,000 elements and 20,000 program units. Split the project into several documents.',
  },
  E0009: {
    severity: 'error',
    title: 'Empty document',
    explain: 'The document holds nothing. Export the project again.',
  },
  E0010: {
    severity: 'error',
    title: 'No project document',
    explain:
      'The root element of a PLCopen document is `project`, or `pou`, `dataType` or `globalVars` for a single one; that of an object of TwinCAT is `TcPlcObject`.',
    clause: 'PLCopen TC6 XML',
  },
  E0011: {
    severity: 'error',
    title: 'Unknown PLCopen version',
    explain: 'The namespace of the document names a version of the format that is not known. Versions 1.0 to 2.01 are.',
    clause: 'PLCopen TC6 XML',
  },
  E0012: {
    severity: 'error',
    title: 'Attribute missing or malformed',
    explain: 'An element lacks an attribute that it needs, such as its name, or the value does not fit.',
    clause: 'PLCopen TC6 XML',
  },
  E0013: {
    severity: 'error',
    title: 'Type missing or unknown element for a type',
    explain:
      'A declaration needs a type: an elementary one, `derived`, `array`, `string`, `pointer`, `struct`, `enum` or a subrange.',
    clause: 'PLCopen TC6 XML',
  },
  E0014: {
    severity: 'error',
    title: 'Malformed task interval',
    explain: 'An interval is a duration above zero: `T#20ms`, `PT0.02S` or `00:00:00.020`.',
    clause: 'PLCopen TC6 XML',
  },
  E0015: {
    severity: 'error',
    title: 'Kind of program unit not known',
    explain:
      'A `pou` is a function, a functionBlock or a program; interfaces, methods and actions stand within others. The declaration of a TwinCAT POU begins with such a word.',
    clause: 'PLCopen TC6 XML',
  },
  E0016: {
    severity: 'error',
    title: 'Body language not known',
    explain:
      'A body is ST, IL, LD, FBD, SFC, or CFC in the form of CODESYS. In the files of a TwinCAT project only bodies in ST are read: its drawings (`<NWL>`, `<CFC>`, `<SFC>`) have a form of their own. Export what is drawn as PLCopen XML.',
    clause: 'PLCopen TC6 XML',
  },
  W0013: {
    severity: 'warning',
    title: 'Program that does not run here',
    explain:
      'The task runs a program that belongs to the tool and not to the control, such as its visualisation. It is left out.',
  },
  W0014: {
    severity: 'warning',
    title: 'Unit left out',
    explain:
      'The document declares something that has no meaning by itself here: an action or method without its program unit, a data block, a data type without contents. It is left out; what uses it gets an error there.',
  },
  W0015: {
    severity: 'warning',
    title: 'Name that is no identifier',
    explain:
      'The name holds characters that identifiers have not, such as a slash. Drawings can use it, texts can not. Rename it.',
    clause: '6.1.2',
  },
  E0017: {
    severity: 'error',
    title: 'Library missing',
    explain:
      'Names of a library are used that no document of the project declares. The finding lists each library once. Add its sources to the project.',
  },
  E0018: {
    severity: 'error',
    title: 'Project too large',
    explain:
      'A project has at most 20,000 program units and 250,000 declared variables. Split it into several projects.',
  },
  W0010: {
    severity: 'warning',
    title: 'No PLCopen namespace',
    explain: 'The document has no namespace; it is read as TC6 2.01.',
    clause: 'PLCopen TC6 XML',
  },
  W0016: {
    severity: 'warning',
    title: 'Text that is not UTF-8',
    explain:
      'Older tools write sources in the code page of their machine. The text is read as Windows-1252; save it as UTF-8 so that every tool reads the same.',
  },
  W0011: {
    severity: 'warning',
    title: 'Element not understood',
    explain:
      'The element is not part of the format or belongs to a tool that is not known. It has no effect here; export keeps it.',
    clause: 'PLCopen TC6 XML',
  },
  W0012: { severity: 'warning', title: 'Text in a place that has none', explain: 'The text has no effect.' },
  E1001: {
    severity: 'error',
    title: 'Unexpected character',
    explain: 'A character that no token of the language begins with. Remove it or put it into a string or comment.',
    clause: '6.1.1',
  },
  E1002: {
    severity: 'error',
    title: 'String not closed',
    explain:
      'A string ends on the line on which it begins. Write the closing quote; write `$N` for a line break within it.',
    clause: '6.3.3',
  },
  E1003: {
    severity: 'error',
    title: 'Comment not closed',
    explain:
      'A comment runs to the end of the text. Write `*)` (or `*/`) where it ends; comments nest, so each opening needs its own end.',
    clause: '6.1.5',
  },
  E1004: {
    severity: 'error',
    title: 'Pragma not closed',
    explain: 'A pragma runs to the end of the text. Write `}` where it ends.',
    clause: '6.1.6',
  },
  E1005: {
    severity: 'error',
    title: 'Malformed number',
    explain: 'A numeric literal has digits its base does not have, misplaced underscores, or more than 64 bits.',
    clause: '6.3.2',
  },
  E1006: {
    severity: 'error',
    title: 'Malformed duration',
    explain:
      'A duration literal is `T#` or `LT#` followed by numbers with the units d, h, m, s, ms, us, ns from large to small.',
    clause: '6.3.4.2',
  },
  E1007: {
    severity: 'error',
    title: 'Malformed date or time of day',
    explain: 'Dates are written `D#2024-12-31`, times `TOD#12:30:15.5`, both together `DT#2024-12-31-12:30:15`.',
    clause: '6.3.4.3',
  },
  E1008: {
    severity: 'error',
    title: 'Unknown escape in a string',
    explain:
      'Within a string `$` begins an escape: `$$ $\' $" $L $N $P $R $T` or two hexadecimal digits, four in a WSTRING literal.',
    clause: '6.3.3',
  },
  E1009: {
    severity: 'error',
    title: 'Malformed address',
    explain:
      'A directly represented variable is `%`, an area I, Q or M, a size X, B, W, D or L, and numbers with dots: `%IX0.1`.',
    clause: '6.5.5',
  },
  E1010: {
    severity: 'error',
    title: 'Typographic quotes',
    explain: 'Word processors and chat programs replace quotes. Strings are delimited by \' or, for WSTRING, by ".',
    clause: '6.3.3',
  },
  E1012: {
    severity: 'error',
    title: 'Malformed typed literal',
    explain: 'After `TYPE#` a literal of that type or a name of the enumeration follows at once.',
    clause: '6.3.2',
  },
  E1101: {
    severity: 'error',
    title: 'Unexpected text',
    explain: 'The text at this place does not fit the grammar. The message says what was expected.',
  },
  E1102: {
    severity: 'error',
    title: 'Semicolon missing',
    explain: 'Every statement and declaration ends with a semicolon.',
    clause: '7.3.3',
  },
  E1103: {
    severity: 'error',
    title: 'Block not closed',
    explain:
      'A block such as IF, FOR or CASE has no END_... of its own. The message names the line on which it begins.',
    clause: '7.3.3',
  },
  E1104: {
    severity: 'error',
    title: 'END or ELSE without its block',
    explain: 'The word closes or continues a block that is not open here.',
    clause: '7.3.3',
  },
  E1105: {
    severity: 'error',
    title: '`=` instead of `:=`',
    explain: '`=` compares. Assign with `:=`.',
    clause: '7.3.3.1',
  },
  E1106: {
    severity: 'error',
    title: '`:=` instead of `=`',
    explain: '`:=` assigns and has no value. Compare with `=`.',
    clause: '7.3.2',
  },
  E1107: {
    severity: 'error',
    title: 'Operator of another language',
    explain: 'Structured Text writes = <> AND OR NOT MOD, and `x := x + 1;` for increments.',
    clause: '7.3.2',
  },
  E1108: {
    severity: 'error',
    title: 'Misspelt keyword',
    explain: 'The word resembles a keyword: ELSIF, END_IF, END_FOR ...',
    clause: '7.3.3',
  },
  E1109: {
    severity: 'error',
    title: 'Keyword missing',
    explain: 'A statement lacks a word that belongs to it: THEN, DO, OF, TO, UNTIL.',
    clause: '7.3.3',
  },
  E1110: {
    severity: 'error',
    title: 'Reserved word as a name',
    explain: "Keywords can't name variables, types or program units. Choose another name.",
    clause: '6.1.3',
  },
  E1111: {
    severity: 'error',
    title: 'Malformed declaration',
    explain: 'A declaration is `name : TYPE;`, with an initial value `name : TYPE := value;`.',
    clause: '6.5.1',
  },
  E1112: {
    severity: 'error',
    title: 'Expression missing or incomplete',
    explain: 'An operand was expected at this place.',
    clause: '7.3.2',
  },
  E1113: {
    severity: 'error',
    title: 'Program unit not closed',
    explain: 'FUNCTION, FUNCTION_BLOCK, PROGRAM, TYPE, VAR and the like need their END_... word.',
    clause: '6.6.1',
  },
  E1114: {
    severity: 'error',
    title: 'Text outside program units',
    explain: 'Statements stand within FUNCTION, FUNCTION_BLOCK, PROGRAM, METHOD or ACTION.',
    clause: '6.6.1',
  },
  E1115: {
    severity: 'error',
    title: 'Statement list missing',
    explain: 'A branch of CASE needs at least one statement; `;` alone does nothing.',
    clause: '7.3.3.3.2',
  },
  E1116: {
    severity: 'error',
    title: 'Malformed instruction',
    explain: 'An instruction of Instruction List is an operator, its modifiers and operands, on a line of its own.',
    clause: '7.2',
  },
  E1117: {
    severity: 'error',
    title: 'Malformed sequential function chart',
    explain: 'The textual chart consists of INITIAL_STEP, STEP, TRANSITION and ACTION.',
    clause: '6.7',
  },
  E1118: {
    severity: 'error',
    title: 'Two bodies',
    explain: 'A program unit has one body, and a property one GET and one SET of the same type.',
    clause: '6.6.1',
  },
  E1119: {
    severity: 'error',
    title: 'Malformed configuration',
    explain: 'A configuration consists of resources, tasks, programs and their variables.',
    clause: '6.8',
  },
  E4100: {
    severity: 'error',
    title: 'Accumulator empty',
    explain:
      'The operator works with the current result, but no LD came before on this way through the list. Begin with LD.',
    clause: '7.2.2',
  },
  E4101: {
    severity: 'error',
    title: 'Jump or label within parentheses',
    explain:
      "Instructions within parentheses give one operand; control can't enter or leave them half way. Move the jump or label out.",
    clause: '7.2.3',
  },
  E4102: {
    severity: 'error',
    title: 'Operand not allowed',
    explain: 'The operator takes no operand, or another number of them, or no parentheses.',
    clause: '7.2.2',
  },
  E4103: {
    severity: 'error',
    title: 'Label missing or twice',
    explain: 'A jump leads to a label of the same body, and the labels of a body differ.',
    clause: '7.2.2',
  },
  W1001: {
    severity: 'warning',
    title: 'Semicolon missing after END_...',
    explain: 'Many compilers accept the omission, the standard does not. Write `;`.',
    clause: '7.3.3',
  },
  W1002: {
    severity: 'warning',
    title: 'Text without effect',
    explain: 'The text is understood but changes nothing in this host; the message says why.',
  },
  W1013: {
    severity: 'warning',
    title: 'Semicolon missing at the end of a body',
    explain:
      'Some tools accept the omission behind the last statement or declaration of a line that ends its block, the standard does not. Write `;`.',
    clause: '7.3.3',
  },
  W1014: {
    severity: 'warning',
    title: 'Program unit with the end of another kind',
    explain:
      'A FUNCTION ends with END_FUNCTION, a PROGRAM with END_PROGRAM. Where the unit ends is clear all the same.',
    clause: '6.6',
  },
  W1004: {
    severity: 'warning',
    title: 'Branch of CASE without statements',
    explain: 'CODESYS accepts a branch that does nothing, the standard asks for a statement. Write `;`.',
    clause: '7.3.3.3.2',
  },
  W1003: {
    severity: 'warning',
    title: 'Comments out of balance',
    explain:
      'A comment contains another opening `(*`, and the text ends before all of them are closed. It is read as edition 2 of the standard does, without nesting: the comment ends at the first `*)`. Remove the inner `(*`.',
    clause: '6.1.5',
  },
  E2001: {
    severity: 'error',
    title: 'Name not declared',
    explain:
      'The name is neither a variable of the program unit nor a global, a function or an enumeration value that is visible here. Declare it, or correct its spelling.',
    clause: '6.5.1',
  },
  E2002: {
    severity: 'error',
    title: 'Unknown type',
    explain:
      'The type or function block is declared in no document of the project and not part of the standard library. Declare it, or add the library that has it.',
    clause: '6.4.4',
  },
  E2003: {
    severity: 'error',
    title: 'Name declared twice',
    explain:
      'Within one scope every name is declared once; upper and lower case are the same. Rename or remove one of the declarations.',
    clause: '6.1.2',
  },
  E2004: {
    severity: 'error',
    title: 'Constant without a value',
    explain:
      'A CONSTANT can never be assigned, so its declaration gives its value: `x : INT := 5;`. Structures need a value for every member that has no default.',
    clause: '6.5.1.4',
  },
  E2005: {
    severity: 'error',
    title: 'RECURSION: a type contains itself',
    explain:
      'A structure, function block or alias that contains itself would be infinitely large. Use a REF_TO or POINTER TO member where a structure refers to its own kind. The message names the way around.',
    clause: '6.4.4.6',
  },
  E2006: {
    severity: 'error',
    title: 'Structure without members',
    explain: 'A STRUCT has at least one member. CODESYS accepts an empty one.',
    clause: '6.4.4.6',
  },
  E2007: {
    severity: 'error',
    title: 'Constant expected',
    explain:
      'Array bounds, string lengths, CASE labels and the like are known when the program is compiled: literals, CONSTANT variables and expressions of them.',
    clause: '6.4.4',
  },
  E2008: {
    severity: 'error',
    title: 'Bounds out of order',
    explain: 'The lower bound of a range is not above its upper bound.',
    clause: '6.4.4.5',
  },
  E2009: {
    severity: 'error',
    title: 'Length of a string',
    explain: 'A string has at least one character.',
    clause: '6.3.3',
  },
  E2010: {
    severity: 'error',
    title: 'Name of the wrong kind',
    explain: 'A type was expected and something else has that name, or the other way around.',
    clause: '6.1.2',
  },
  E2011: {
    severity: 'error',
    title: 'Section not allowed here',
    explain: 'Not every kind of program unit has every kind of VAR section.',
    clause: '6.5.2',
  },
  E2012: {
    severity: 'error',
    title: 'Qualifier not allowed here',
    explain: 'CONSTANT, RETAIN and PERSISTENT do not go with every kind of VAR section.',
    clause: '6.5.1',
  },
  E2013: {
    severity: 'error',
    title: 'Enumeration value unknown or ambiguous',
    explain: 'The name is no value of the enumeration, or one of several enumerations; write Type#Value.',
    clause: '6.4.4.2',
  },
  E2014: {
    severity: 'error',
    title: 'Result type missing or superfluous',
    explain:
      'A FUNCTION names the type of its result after a colon. One without a result has outputs, or at least statements that do something; classes, function blocks and programs never have a result.',
    clause: '6.6.2, table 19',
  },
  E2015: {
    severity: 'error',
    title: 'Misplaced statements or members',
    explain:
      'Statements of a class stand in its methods. A function has statements, but no methods, properties or actions.',
    clause: '6.6.5',
  },
  E2016: {
    severity: 'error',
    title: 'Initial value does not fit',
    explain:
      'Arrays take a list in brackets, structures and instances names in parentheses, everything else one value; a list is not longer than its array.',
    clause: '6.4.4',
  },
  E2017: {
    severity: 'error',
    title: 'External without its global',
    explain:
      'VAR_EXTERNAL refers to a VAR_GLOBAL of the same name and type, which has the address and the initial value.',
    clause: '6.5.2.2',
  },
  E2018: {
    severity: 'error',
    title: 'Faulty enumeration',
    explain:
      'The values of an enumeration have different names, and its base type, if it names one, is an integer or bit string type.',
    clause: '6.4.4.2',
  },
  E2019: {
    severity: 'error',
    title: 'Constant defined by itself',
    explain: 'The value of a constant depends on the constant itself.',
    clause: '6.5.1.4',
  },
  E2020: {
    severity: 'error',
    title: 'ARRAY[*] outside parameters',
    explain:
      'Arrays of variable length are passed by address: as VAR_IN_OUT, and as VAR_INPUT of functions. Variables need bounds.',
    clause: '6.5.3',
  },
  E3001: {
    severity: 'error',
    title: 'Types do not fit',
    explain:
      "The value can't become the type that is wanted without being told to. Use the conversion function that the message names, or change one of the types.",
    clause: '6.6.1.6, figure 11',
  },
  E3002: {
    severity: 'error',
    title: 'Operator does not work on these types',
    explain:
      'Arithmetic is for numbers and durations, logic for BOOL and bit strings, and both sides need a type in common.',
    clause: '7.3.2, table 71',
  },
  E3003: {
    severity: 'error',
    title: 'Value out of range',
    explain: 'The constant is not a value of the type it is used as.',
    clause: '6.4.2, table 10',
  },
  E3004: {
    severity: 'error',
    title: 'Not an array',
    explain: 'Indices in brackets follow arrays, pointers and strings only.',
    clause: '6.5.3',
  },
  E3005: {
    severity: 'error',
    title: 'Wrong indices',
    explain: 'An array takes one integer index for each of its dimensions.',
    clause: '6.5.3',
  },
  E3006: {
    severity: 'error',
    title: 'Index out of range',
    explain: 'The constant index is outside the bounds of the array.',
    clause: '6.5.3',
  },
  E3007: {
    severity: 'error',
    title: 'No such member',
    explain: 'The structure, instance, list or enumeration has no member of that name.',
    clause: '6.4.4.6',
  },
  E3008: {
    severity: 'error',
    title: 'No such part',
    explain: 'Bits, bytes, words are picked out of larger integers and bit strings, counted from 0.',
    clause: '6.5.4.3',
  },
  E3009: {
    severity: 'error',
    title: 'Not a reference',
    explain: '^ and REF= work on pointers and references.',
    clause: '6.4.4.10',
  },
  E3010: { severity: 'error', title: 'Division by zero', explain: 'The divisor is the constant 0.', clause: '7.3.2' },
  E3011: {
    severity: 'error',
    title: 'Condition is no BOOL',
    explain: 'Conditions of IF, WHILE and UNTIL are TRUE or FALSE; compare a number with something.',
    clause: '7.3.3.3',
  },
  E3012: {
    severity: 'error',
    title: 'Not a value',
    explain: 'The name of a type, function or list stands where a value is needed.',
    clause: '7.3.2',
  },
  E3013: {
    severity: 'error',
    title: 'Edge of something else than a BOOL',
    explain: 'R_EDGE and F_EDGE make an input TRUE for the call in which it rises or falls, so it is a BOOL.',
    clause: '6.6.3.3',
  },
  E4001: {
    severity: 'error',
    title: 'Not callable',
    explain: 'Functions, methods, actions and instances of function blocks can be called.',
    clause: '6.6.1',
  },
  E4002: {
    severity: 'error',
    title: 'Unknown parameter',
    explain: 'The function or function block has no parameter of that name.',
    clause: '6.6.1.4',
  },
  E4003: {
    severity: 'error',
    title: 'Too many arguments',
    explain: 'More values are given than there are parameters, also for FB_init in the declaration of an instance.',
    clause: '6.6.1.4',
  },
  E4004: {
    severity: 'error',
    title: 'Argument missing',
    explain:
      'A VAR_IN_OUT needs a variable in every call, and a standard function all its inputs. In codesys and twincat every input of a function or method without an initial value is given, and FB_init gets its values where an instance is declared.',
    clause: '6.6.1.4',
  },
  E4005: {
    severity: 'error',
    title: 'Argument given twice',
    explain: 'Each parameter gets one value.',
    clause: '6.6.1.4',
  },
  E4006: {
    severity: 'error',
    title: 'Variable needed',
    explain: 'Only a variable can be assigned, passed as VAR_IN_OUT or have its address taken.',
    clause: '6.6.1.4',
  },
  E4007: { severity: 'error', title: 'Not writable', explain: 'Constants keep their value.', clause: '6.5.1.4' },
  E4009: {
    severity: 'error',
    title: 'Statement without effect',
    explain:
      'An expression by itself is no statement: its value would be thrown away. Assign it, or remove it. CODESYS and TwinCAT only warn.',
    clause: '7.3.3',
  },
  E4010: {
    severity: 'error',
    title: 'EXIT or CONTINUE outside a loop',
    explain: 'They leave or continue the loop around them.',
    clause: '7.3.3.4',
  },
  E4011: {
    severity: 'error',
    title: 'Label missing or twice',
    explain: 'A jump leads to a label in the same list of statements or in one around it; the labels of a body differ.',
    clause: '7.2',
  },
  E4012: {
    severity: 'error',
    title: 'CASE label twice',
    explain: 'The second branch with the label would never run.',
    clause: '7.3.3.3.3',
  },
  E4013: {
    severity: 'error',
    title: 'CASE label of another kind',
    explain:
      'The labels of a CASE over an integer are written as decimal numbers; a literal with a base is a bit string.',
    clause: '7.3.3.3.3',
  },
  E4015: {
    severity: 'error',
    title: 'FOR counts with integers',
    explain: 'The variable of FOR is an integer variable that can be assigned; start, limit and step are integers.',
    clause: '7.3.3.4.2',
  },
  E4016: {
    severity: 'error',
    title: 'Arguments do not fit the function',
    explain: 'The standard function is not defined for these types.',
    clause: '6.6.2.5',
  },
  E4017: {
    severity: 'error',
    title: 'VAR_IN_OUT of another type',
    explain:
      "The variable for a VAR_IN_OUT has exactly the parameter's type, because the block works on the variable itself.",
    clause: '6.6.1.4',
  },
  E4018: {
    severity: 'error',
    title: 'No result',
    explain: 'The function block, method or function gives no result that could be used.',
    clause: '6.6.2',
  },
  E4019: {
    severity: 'error',
    title: 'Input and output confused',
    explain: 'Inputs are passed with :=, outputs are taken with =>.',
    clause: '6.6.1.4',
  },
  E4020: {
    severity: 'error',
    title: 'RECURSION: a program unit calls itself',
    explain:
      "Program units don't call themselves, directly or through others: the memory they need could not be bounded. The message names the way around.",
    clause: '6.6.1.7',
  },
  E5001: {
    severity: 'error',
    title: 'EXTENDS not possible',
    explain: 'Function blocks and classes extend one function block or class; programs and functions extend nothing.',
    clause: '6.6.5',
  },
  E5002: {
    severity: 'error',
    title: 'FINAL extended or overridden',
    explain: 'What is FINAL has no derived forms.',
    clause: '6.6.5',
  },
  E5003: {
    severity: 'error',
    title: 'Base or interface not found',
    explain: 'EXTENDS names a function block, class or interface, IMPLEMENTS an interface.',
    clause: '6.6.6',
  },
  E5004: {
    severity: 'error',
    title: 'Method of the interface missing',
    explain:
      'A block that implements an interface has all its methods and properties, with the same parameters and result.',
    clause: '6.6.6',
  },
  E5005: {
    severity: 'error',
    title: 'ABSTRACT used wrongly',
    explain:
      'Only an ABSTRACT block has ABSTRACT methods; it has no instances, and its derived blocks give the methods a body.',
    clause: '6.6.5.7',
  },
  E5006: {
    severity: 'error',
    title: 'OVERRIDE without its method',
    explain:
      'No base has a method of that name and signature that could be overridden, or the override is less accessible than the method of the base. Only FB_init may have further inputs, behind those of its base.',
    clause: '6.6.5.6',
  },
  E5010: {
    severity: 'error',
    title: 'Member not accessible',
    explain:
      'PRIVATE members belong to their block, PROTECTED ones also to its derived blocks, INTERNAL ones to the namespace.',
    clause: '6.6.5.8',
  },
  E5011: {
    severity: 'error',
    title: 'THIS or SUPER without an object',
    explain: 'THIS is the instance whose code runs, SUPER its base.',
    clause: '6.6.5.9',
  },
  E5012: {
    severity: 'error',
    title: "Property can't be used so",
    explain: 'Reading a property needs its GET, assigning it its SET.',
  },
  E7001: {
    severity: 'error',
    title: 'Address incomplete or malformed',
    explain:
      'A directly represented variable has an area, a size and numbers: %IX0.0, %QW2. %I*, %Q* and %M* are for declarations whose address VAR_CONFIG gives.',
    clause: '6.5.5',
  },
  E7002: {
    severity: 'error',
    title: 'Address too large',
    explain: 'Each of the areas %I, %Q and %M has 65536 bytes.',
    clause: '6.5.5',
  },
  E7003: {
    severity: 'error',
    title: 'Address used twice',
    explain: 'Two variables of one declaration have the same address.',
    clause: '6.5.5',
  },
  E7004: {
    severity: 'error',
    title: 'Address and type do not fit',
    explain: 'X addresses are for BOOL, B for 8, W for 16, D for 32 and L for 64 bits.',
    clause: '6.5.5',
  },
  E7005: {
    severity: 'error',
    title: 'Task malformed',
    explain:
      'A task has an interval above zero or a SINGLE variable, a priority from 0 to 65535, and a name of its own.',
    clause: '6.8.2',
  },
  W7007: {
    severity: 'warning',
    title: 'Configuration without its programs',
    explain:
      'A configuration names a program that no document has: the documents have no PROGRAM at all, or a tool exported a part of a project. The configuration is read for itself, and that instance does not run. Add the document of the program.',
    clause: '6.8',
  },
  W7008: {
    severity: 'warning',
    title: 'Task with a constant trigger',
    explain:
      'SINGLE starts a task at the rising edge of a variable. A constant has none, so the task runs by its INTERVAL alone, or, where it has no INTERVAL, not at all. Name a BOOL variable, or leave SINGLE out.',
    clause: '6.8.2',
  },
  E7006: {
    severity: 'error',
    title: 'Not found in the configuration',
    explain: 'A configuration names programs, tasks and variables that exist.',
    clause: '6.8',
  },
  E7007: {
    severity: 'error',
    title: 'Address not allowed here',
    explain:
      'Fixed addresses belong to VAR_GLOBAL and to VAR of programs; function blocks and functions use VAR_EXTERNAL, or %I*, %Q*, %M* with VAR_CONFIG.',
    clause: '6.5.5',
  },
  E7008: {
    severity: 'error',
    title: 'VAR_CONFIG does not fit',
    explain:
      'VAR_CONFIG gives a variable that is declared at %I*, %Q* or %M* an address of the same area, for its own type.',
    clause: '6.5.5',
  },
  E8101: {
    severity: 'error',
    title: 'SIZE: too large',
    explain: 'A string has at most 65535 characters, an array and all variables of a program together 64 MB.',
  },
  E8102: { severity: 'error', title: 'SIZE: too many labels', explain: 'A CASE has at most 50000 labels.' },
  E9201: {
    severity: 'error',
    title: 'A variable of a generic type',
    explain:
      'An input of type ANY, ANY_NUM and the like takes variables of several types, and within its POU is a description of the one that was passed, with members TypeClass, pValue and diSize. Other variables and results have one type: name it, or write one function for each type.',
  },
  E9202: { severity: 'error', title: 'Construct not supported', explain: 'The message names the construct.' },
  W2014: {
    severity: 'warning',
    title: 'Result never assigned',
    explain:
      'A function, method or GET gives what was assigned to its own name, as in `Area := width * height;`. This body never names it, so the result is always the default of its type.',
    clause: '6.6.2.2',
  },
  W2017: {
    severity: 'warning',
    title: 'External without its global',
    explain: 'The documents declare blocks only; the project that uses them declares the global variable.',
    clause: '6.5.2.2',
  },
  W2018: {
    severity: 'warning',
    title: 'Generic function without a body',
    explain:
      'A call of a function with type parameters means the function NAME__TYPE, or the body of the generic one with the type put in. Where there is neither, the call does nothing and gives the initial value.',
    clause: '6.6.2.6',
  },
  W2022: {
    severity: 'warning',
    title: 'Name of a standard function or function block',
    explain:
      "The standard library has this name. The standard gives no program unit of the user such a name (a function may be overloaded only by the standard itself); many files have their own TON or LIMIT all the same, so the user's is taken, in every call and declaration. Rename it, or put it into a NAMESPACE.",
    clause: '6.6.2.5.1, 6.6.3.5.1',
  },
  W2021: {
    severity: 'warning',
    title: 'Check function of another form',
    explain:
      'In the profiles codesys and twincat a function called CheckBounds (index, lower, upper), CheckDivDInt, CheckDivLInt, CheckDivReal or CheckDivLReal (divisor), CheckRangeSigned, CheckRangeUnsigned, CheckLRangeSigned or CheckLRangeUnsigned (value, lower, upper), or CheckPointer (ptToTest, iSize, iGran, bWrite) is called at each operation that it guards. This one has other inputs, or no result, and is called only where the program does so.',
  },
  W2019: {
    severity: 'warning',
    title: 'External whose global is declared elsewhere',
    explain:
      'A PLCopen document has a VAR_EXTERNAL whose VAR_GLOBAL is in none of the documents: an extension of Beremiz, or the system of the controller, declares it. It gets a global variable of its type that starts with the default; force it or write it to play the part of the extension. If the name is a slip, correct it.',
    clause: '6.5.2.2',
  },
  W2003: {
    severity: 'warning',
    title: 'List of globals repeated',
    explain: 'A list of global variables stands in several places of the documents; its first declaration counts.',
  },
  W7006: {
    severity: 'warning',
    title: 'Program instance repeated',
    explain: 'The same instance of a program is named twice; it exists once.',
  },
  W2004: {
    severity: 'warning',
    title: 'Constant without a value',
    explain: 'The constant has the default of its type for ever.',
    clause: '6.5.1.4',
  },
  W3001: {
    severity: 'warning',
    title: 'Value converted on its own',
    explain:
      'The value is converted to the type that is wanted, which may lose something. Write the conversion to make it visible.',
    clause: '6.6.1.6, figure 11',
  },
  W3003: {
    severity: 'warning',
    title: 'Text is cut',
    explain: 'The literal is longer than the string that takes it. Lengthen the string, or shorten the text.',
    clause: '6.3.3',
  },
  W3004: {
    severity: 'warning',
    title: 'Constants that overflow their type',
    explain:
      'An operation on constants of one type has a result outside that type. It wraps, as it does while the program runs. Convert a constant to a larger type where that is not meant.',
    clause: '6.6.2.5.5, table 29',
  },
  W4009: {
    severity: 'warning',
    title: 'Statement without effect',
    explain: 'The expression is computed and its value thrown away.',
    clause: '7.3.3',
  },
  W4012: {
    severity: 'warning',
    title: 'CASE labels overlap',
    explain: 'The first branch whose label fits runs.',
    clause: '7.3.3.3.3',
  },
  W4015: {
    severity: 'warning',
    title: 'FOR with step 0',
    explain: 'The loop does not end, unless its range is empty.',
    clause: '7.3.3.4.2',
  },
  W7001: {
    severity: 'warning',
    title: 'Incomplete address',
    explain:
      'The tool that exported the project connects the variable to an input or output in its own configuration, which is not part of the document. Here the variable is a cell of its own, without a place in the image.',
    clause: '6.5.5',
  },
  W7003: {
    severity: 'warning',
    title: 'Addresses overlap',
    explain: 'Two variables share bytes, so writing one changes the other.',
    clause: '6.5.5',
  },
  W7004: {
    severity: 'warning',
    title: 'Address and type do not fit',
    explain: 'The variable has another size than its address says; it takes the bytes of its type from there on.',
    clause: '6.5.5',
  },
  E6001: {
    severity: 'error',
    title: 'Wire from nowhere',
    explain: 'A connection refers to an element that the body does not have. Connect it again in the editor.',
    clause: '8.1.2',
  },
  E6002: {
    severity: 'error',
    title: 'Element number twice',
    explain: 'Two elements of a body have the same localId, so wires to them are ambiguous.',
    clause: 'PLCopen TC6 XML',
  },
  E6003: {
    severity: 'error',
    title: 'Element number missing',
    explain: 'Every graphical element needs a localId, a whole number.',
    clause: 'PLCopen TC6 XML',
  },
  E6004: {
    severity: 'error',
    title: 'Circle without a memory',
    explain:
      'A value depends on itself within one scan. Only function blocks and variables remember the last scan: lead the feedback through one of them.',
    clause: '8.1.4',
  },
  E6005: {
    severity: 'error',
    title: 'Connector without counterpart',
    explain: 'Each continuation needs one connector of its name in the same body.',
    clause: '8.1.3',
  },
  E6006: {
    severity: 'error',
    title: 'Jump to a missing label',
    explain: 'A jump leads to a label of the same body.',
    clause: '8.1.5',
  },
  E6007: { severity: 'error', title: 'Label twice', explain: 'The labels of a body differ.', clause: '8.1.5' },
  E6008: {
    severity: 'error',
    title: 'Element without variable',
    explain: 'A contact, coil or variable of a drawing needs the name of a variable or an expression.',
    clause: '8.2',
  },
  E6009: {
    severity: 'error',
    title: 'Output not there',
    explain:
      'A wire comes from an output that the block does not have. The block was probably changed after it was drawn: update it in the editor.',
    clause: '8.1.2',
  },
  E6010: {
    severity: 'error',
    title: 'Wire from an element without a value',
    explain: 'Power rails on the right, jumps, labels and outputs give no value.',
    clause: '8.1.2',
  },
  E6011: {
    severity: 'error',
    title: 'Block without type',
    explain: 'A block calls a function or an instance of a function block; name it in typeName.',
    clause: '8.1.2',
  },
  E6012: {
    severity: 'error',
    title: 'Element not supported',
    explain: 'The element is not one of LD, FBD or CFC, or has a modifier that has no defined meaning there.',
  },
  E6020: {
    severity: 'error',
    title: 'Transition leads nowhere',
    explain: 'A transition needs at least one step, or a jump to one, below it.',
    clause: '6.7.3',
  },
  E6021: {
    severity: 'error',
    title: 'Transition without a step before it',
    explain: 'A transition fires while the steps above it are active; it has none.',
    clause: '6.7.3',
  },
  E6022: {
    severity: 'error',
    title: 'Jump to a missing step',
    explain: 'The target of a jump is a step of the same chart.',
    clause: '6.7.5',
  },
  E6023: {
    severity: 'error',
    title: 'Two steps without a transition',
    explain: 'Between two steps a transition must stand.',
    clause: '6.7.5',
  },
  E6024: {
    severity: 'error',
    title: 'Transition without condition',
    explain: 'A transition needs a condition: an expression, a named transition or a drawing.',
    clause: '6.7.3',
  },
  E6025: { severity: 'error', title: 'Macro step without chart', explain: 'A macro step contains a chart of its own.' },
  E6026: {
    severity: 'error',
    title: 'Malformed action',
    explain:
      'An action of a step has a qualifier, a duration where the qualifier asks for one, and the name of an action or BOOL variable or statements.',
    clause: '6.7.4',
  },
  E6030: {
    severity: 'error',
    title: 'Chart without an initial step',
    explain: 'A sequential function chart begins in its initial step. Mark one step as initial.',
    clause: '6.7.2',
  },
  E6031: {
    severity: 'error',
    title: 'Step twice',
    explain: 'The steps of a program unit have different names.',
    clause: '6.7.2',
  },
  E6032: {
    severity: 'error',
    title: 'Transition not found',
    explain: 'A transition refers to a condition by a name that the program unit does not declare.',
    clause: '6.7.3',
  },
  E6040: {
    severity: 'error',
    title: 'Text form malformed',
    explain: 'The text of a drawing or chart does not follow the text form, which docs/text-form.md describes.',
  },
  W6001: {
    severity: 'warning',
    title: 'Contact without power',
    explain: 'Nothing leads to the contact from the left, so the rung behind it is always FALSE.',
    clause: '8.2.3',
  },
  W6002: {
    severity: 'warning',
    title: 'Coil without power',
    explain:
      'Nothing leads to the coil, so its variable is set to FALSE in every scan; under the profile matiec it is not written here.',
    clause: '8.2.4',
  },
  W6003: {
    severity: 'warning',
    title: 'Variable not wired',
    explain: 'Nothing is wired to the variable, so the drawing does not write it.',
    clause: '8.1.2',
  },
  W6004: {
    severity: 'warning',
    title: 'Action block without step',
    explain: 'The action block is connected to no step and never runs.',
    clause: '6.7.4',
  },
  W6005: {
    severity: 'warning',
    title: 'Duration missing',
    explain: 'The qualifier delays or limits the action, but no duration is given; zero is assumed.',
    clause: '6.7.4',
  },
  W6006: {
    severity: 'warning',
    title: 'Function without inputs',
    explain:
      'None of the inputs of the function is connected, so it is left out; what reads its output gets 0, FALSE or an empty string.',
    clause: '8.1.2',
  },
  W6008: {
    severity: 'warning',
    title: 'Wire from an output that does not exist',
    explain:
      'A wire names an output that its block is drawn without and that its type does not have. Some tools write the name of the variable there that the output assigns. The wire gets the main output of the block: the first that is not ENO. Connect it to the output that is meant.',
  },
  W6007: {
    severity: 'warning',
    title: 'Chart that is never reached',
    explain:
      'Whatever the conditions are, the step never becomes active or the transition never fires: mostly alternative branches that a simultaneous convergence joins, or a step without a way to it.',
    clause: '6.7.5',
  },
  E8001: {
    severity: 'error',
    title: 'NESTING: nested too deeply',
    explain:
      'Expressions, statements, types and comments nest at most 256 levels, and one chain of operators has at most 1000. Split the construct.',
  },
  E8002: {
    severity: 'error',
    title: 'SIZE: name or literal too long',
    explain: 'Names have at most 1000 characters, string literals 65536.',
  },
  E9101: {
    severity: 'error',
    title: 'Variadic parameters are not supported',
    explain:
      'Parameters with `...` or `{sized}` belong to one compiler only. Declare the parameters one by one, or pass an array as VAR_IN_OUT.',
  },
  E9102: {
    severity: 'error',
    title: 'Type parameters in the wrong place',
    explain:
      'Type parameters, FUNCTION f<T : ANY_NUM> : T, are of functions only. A call takes `f__INT` where somebody has written that, else the body of `f` with INT for T. Write other program units once per type.',
  },
  E9103: {
    severity: 'error',
    title: 'A condition that is not known while the text is read',
    explain:
      "{IF} takes defined (NAME) and hasvalue (NAME, text) with names of {define} in the same document; defined (variable: X), (type: X), (pou: X), (task: X) and (resource: X); hasattribute (pou: X, 'attribute'); hastype (variable: X, TYPE) with a type that has a name; NOT, AND, OR and parentheses. What is declared within such a condition does not count as declared for any. Whatever else is asked is not known: keep the text that is wanted and remove the pragma.",
  },
  E9104: {
    severity: 'error',
    title: 'Embedded code of another language is not supported',
    explain:
      'A body that the program uses is written in C, C++ or Python, or a pragma within it holds C code. Write it in a language of IEC 61131-3, or as a plugin.',
  },
  W9104: {
    severity: 'warning',
    title: 'Code of another language that does not run',
    explain:
      'The body holds code of another language, between braces or as a whole, which this host does not run. No program of the documents uses it, so they load; or the profile is matiec, and what the code would compute keeps its value. Tools write such blocks (LOGGER, python_eval) into every document; they can stay there.',
  },
  W9107: {
    severity: 'warning',
    title: 'Attribute that has no effect here',
    explain:
      'CODESYS and TwinCAT carry out the attributes `call_after_init`, `call_after_online_change_slot`, `call_on_type_change`, `instance-path`, `no_init` and `init_on_onlchange`; this host does not, and the message says what follows. Other attributes are carried out (`pack_mode`, `to_string`, `qualified_only`, `strict`) or change nothing that a program can see.',
  },
  E9105: {
    severity: 'error',
    title: 'Tests within the source are not supported',
    explain: 'TEST ... END_TEST belongs to one compiler only. Write the test as a scenario.',
  },
  E9106: {
    severity: 'error',
    title: 'Construct of the grammar not supported',
    explain: 'The message names the construct.',
  },
  E9001: {
    severity: 'error',
    title: 'Not possible in a condition',
    explain:
      'A condition (RunUntil, `until` of a scenario) reads variables of the running program and compares them; it calls nothing and changes nothing. Use variables, literals, comparisons, AND, OR, XOR, NOT, + - * and, for reals, /.',
  },
  E9999: {
    severity: 'error',
    title: 'Defect of the compiler',
    explain:
      'The compiler failed on this program; that is a defect of plc-emu, not of the program. Please report it with the message.',
  },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof table;
export const problemTable: Readonly<Record<ProblemCode, ProblemEntry>> = table;

/** The finding that stands for a defect of the compiler itself. */
export const internalErrorCode = 'E9999' satisfies ProblemCode;

/** Whether a finding belongs to reading a text (documents, lexing, parsing), not to what the text means. */
export function isSyntaxCode(code: string): boolean {
  return /^[EW](0|1|80|91)/.test(code);
}
