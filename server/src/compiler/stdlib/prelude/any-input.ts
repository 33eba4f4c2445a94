import type { PreludePou } from '../standard-function.js';

/**
 * What an input of type ANY is within its POU: a description of the variable that was passed. The structure and the enumeration have
 * the names, order and numbers of CODESYS and TwinCAT, which know them as `__SYSTEM.AnyType`, `__SYSTEM.TYPE_CLASS` and
 * `IBaseLibrary.TypeClass`; the long dates, which have no number there, follow at the end.
 */
export const anyInput: readonly PreludePou[] = [
  {
    name: 'TYPE_CLASS',
    text: `TYPE TYPE_CLASS : (
  TYPE_BOOL, TYPE_BIT, TYPE_BYTE, TYPE_WORD, TYPE_DWORD, TYPE_LWORD, TYPE_SINT, TYPE_INT, TYPE_DINT, TYPE_LINT,
  TYPE_USINT, TYPE_UINT, TYPE_UDINT, TYPE_ULINT, TYPE_REAL, TYPE_LREAL, TYPE_STRING, TYPE_WSTRING, TYPE_TIME, TYPE_DATE,
  TYPE_DATEANDTIME, TYPE_TIMEOFDAY, TYPE_POINTER, TYPE_REFERENCE, TYPE_SUBRANGE, TYPE_ENUM, TYPE_ARRAY, TYPE_PARAMS,
  TYPE_USERDEF, TYPE_NONE, TYPE_ANY, TYPE_ANYBIT, TYPE_ANYDATE, TYPE_ANYINT, TYPE_ANYNUM, TYPE_ANYREAL, TYPE_LAZY,
  TYPE_LTIME, TYPE_BITCONST, TYPE_LDATE, TYPE_LDATEANDTIME, TYPE_LTIMEOFDAY);
END_TYPE
`,
  },
  { name: 'TYPECLASS', text: 'TYPE TYPECLASS : TYPE_CLASS; END_TYPE\n' },
  {
    name: 'ANYTYPE',
    text: `TYPE ANYTYPE : STRUCT
  TypeClass : TYPE_CLASS;
  pValue : POINTER TO BYTE;
  diSize : DINT;
END_STRUCT;
END_TYPE
`,
  },
];
