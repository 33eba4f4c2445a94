/** Elementary data types, IEC 61131-3:2013, table 10. */
export const elementaryNames = [
  'BOOL',
  'BYTE',
  'WORD',
  'DWORD',
  'LWORD',
  'SINT',
  'INT',
  'DINT',
  'LINT',
  'USINT',
  'UINT',
  'UDINT',
  'ULINT',
  'REAL',
  'LREAL',
  'TIME',
  'LTIME',
  'DATE',
  'LDATE',
  'TOD',
  'LTOD',
  'DT',
  'LDT',
  'CHAR',
  'WCHAR',
] as const;
export type ElementaryName = (typeof elementaryNames)[number];

/**
 * A type as the engine and the API see it: layout only, no behaviour. Types refer to each other by index into the
 * table of the image (`TypeId`), so that the table is plain data and recursion through pointers is possible.
 *
 * Representation in memory (little-endian):
 * BOOL one byte 0/1 (or one bit where `Place.bit` is given); integers and bit strings at their width; REAL/LREAL IEEE 754;
 * TIME LTIME i64 nanoseconds; DATE LDATE DT LDT i64 nanoseconds since 1970-01-01 UTC; TOD LTOD i64 nanoseconds since
 * midnight; CHAR u8; WCHAR u16; STRING[n] n+1 bytes, Latin-1, NUL-terminated; WSTRING[n] n+1 UTF-16 units, NUL-terminated;
 * enums and subranges as their base; pointers, references, interfaces u32 addresses, 0 = NULL.
 */
export type TypeId = number;
export type TypeDescriptor =
  | { readonly kind: 'elementary'; readonly name: ElementaryName; readonly size: number }
  | { readonly kind: 'string'; readonly wide: boolean; readonly length: number; readonly size: number }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly base: ElementaryName;
      readonly size: number;
      readonly values: readonly { readonly name: string; readonly value: bigint }[];
    }
  | {
      readonly kind: 'subrange';
      readonly name: string;
      readonly base: ElementaryName;
      readonly size: number;
      readonly low: bigint;
      readonly high: bigint;
    }
  | {
      readonly kind: 'array';
      /** Inclusive bounds per dimension, row-major, last dimension fastest. */
      readonly bounds: readonly (readonly [low: number, high: number])[];
      readonly element: TypeId;
      readonly elementSize: number;
      readonly size: number;
    }
  | {
      /** STRUCT, UNION, FUNCTION_BLOCK instance, CLASS instance, PROGRAM instance. */
      readonly kind: 'struct';
      readonly form: 'struct' | 'union' | 'function_block' | 'class' | 'program';
      readonly name: string;
      readonly size: number;
      readonly members: readonly Member[];
    }
  | {
      readonly kind: 'pointer';
      readonly form: 'pointer' | 'reference' | 'interface';
      readonly target: string;
      readonly size: 4;
    };

export interface Member {
  /** Spelled as declared. */
  readonly name: string;
  readonly type: TypeId;
  /** Byte offset in the enclosing instance; absolute address where `absolute` is set (VAR_IN_OUT and located members). */
  readonly offset: number;
  readonly absolute?: true;
  /** Bit number 0..7 within the byte for a located BOOL. */
  readonly bit?: number;
  /** The stored value is the u32 address of the variable (VAR_IN_OUT, VAR_EXTERNAL by reference). */
  readonly indirect?: true;
  readonly section: VariableSection;
  readonly constant?: true;
  readonly retain?: true;
  /** Compiler-made (SFC state, temporaries): hidden from listings unless asked. */
  readonly hidden?: true;
}

export type VariableSection =
  'input' | 'output' | 'in_out' | 'local' | 'temp' | 'static' | 'global' | 'external' | 'member';
