/**
 * The typed intermediate representation: trees over WebAssembly's four number types, with structured control flow and
 * every rule of the language already spelled out (wrapping, checks, conversions). The emitter turns it into bytes, the
 * interpreter in the tests runs it; the two share only this file.
 */
export type NumType = 'i32' | 'i64' | 'f32' | 'f64';
/** How a scalar lies in memory. Signed forms sign-extend on load; `i32`, `i64`, floats are loaded whole. `u8` BOOLs hold 0 or 1. */
export type MemType = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'i64' | 'f32' | 'f64';

/** A wasm local: parameter, scalar of a FUNCTION, or temporary. `id` is its index within the function, parameters first. */
export interface IrLocal {
  readonly id: number;
  readonly name: string;
  readonly type: NumType;
  /** Made by the optimiser: holds what memory of this kind holds, in the range of a narrow type. */
  readonly holds?: MemType | 'bit';
}

/**
 * A scalar at a place known at compile time: absolute, at an offset from the instance (`this`, parameter 0 of a method or
 * body), or from the frame (aggregate locals on the linear stack). The unit of promotion.
 */
export interface IrCell {
  readonly base: 'absolute' | 'instance' | 'frame';
  readonly offset: number;
  readonly mem: MemType;
  /** Located BOOL: bit 0..7 of the byte (`mem` is `u8`); reads give 0 or 1, writes leave the other bits. */
  readonly bit?: number;
  /** Its bytes can also be reached by pointer, union, overlapping address or partial access: never keep it in a local. */
  readonly aliased: boolean;
  /** Access path, for the printer. */
  readonly name: string;
}

/** Numeric instructions carry WebAssembly's own names (`i32.add`, `f64.convert_i32_s`, `i32.wrap_i64` ...), semantics included. */
export type UnaryOp =
  | 'i32.eqz'
  | 'i64.eqz'
  | 'i32.clz'
  | 'i32.ctz'
  | 'i32.popcnt'
  | 'i64.clz'
  | 'i64.ctz'
  | 'i64.popcnt'
  | 'i32.extend8_s'
  | 'i32.extend16_s'
  | 'i64.extend8_s'
  | 'i64.extend16_s'
  | 'i64.extend32_s'
  | 'i32.wrap_i64'
  | 'i64.extend_i32_s'
  | 'i64.extend_i32_u'
  | 'f32.convert_i32_s'
  | 'f32.convert_i32_u'
  | 'f32.convert_i64_s'
  | 'f32.convert_i64_u'
  | 'f64.convert_i32_s'
  | 'f64.convert_i32_u'
  | 'f64.convert_i64_s'
  | 'f64.convert_i64_u'
  | 'i32.trunc_sat_f32_s'
  | 'i32.trunc_sat_f32_u'
  | 'i32.trunc_sat_f64_s'
  | 'i32.trunc_sat_f64_u'
  | 'i64.trunc_sat_f32_s'
  | 'i64.trunc_sat_f32_u'
  | 'i64.trunc_sat_f64_s'
  | 'i64.trunc_sat_f64_u'
  | 'f32.demote_f64'
  | 'f64.promote_f32'
  | 'i32.reinterpret_f32'
  | 'i64.reinterpret_f64'
  | 'f32.reinterpret_i32'
  | 'f64.reinterpret_i64'
  | 'f32.abs'
  | 'f32.neg'
  | 'f32.ceil'
  | 'f32.floor'
  | 'f32.trunc'
  | 'f32.nearest'
  | 'f32.sqrt'
  | 'f64.abs'
  | 'f64.neg'
  | 'f64.ceil'
  | 'f64.floor'
  | 'f64.trunc'
  | 'f64.nearest'
  | 'f64.sqrt';
type IntOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div_s'
  | 'div_u'
  | 'rem_s'
  | 'rem_u'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr_s'
  | 'shr_u'
  | 'rotl'
  | 'rotr'
  | 'eq'
  | 'ne'
  | 'lt_s'
  | 'lt_u'
  | 'gt_s'
  | 'gt_u'
  | 'le_s'
  | 'le_u'
  | 'ge_s'
  | 'ge_u';
type FloatOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'copysign' | 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge';
/** Integer division: the divisor must have passed `checkNonZero`; signed division of the least value by -1 gives the least value (wraps). */
export type BinaryOp = `i32.${IntOp}` | `i64.${IntOp}` | `f32.${FloatOp}` | `f64.${FloatOp}`;

/** Index into `IrModule.sites`; -1 in trusted code that can't fault. */
export type SiteId = number;

export type IrExpr =
  | { readonly op: 'const'; readonly type: NumType; readonly value: number | bigint }
  /** `range`, made by the optimiser: bounds of an i32 value as signed that hold at this place. */
  | { readonly op: 'local'; readonly type: NumType; readonly local: IrLocal; readonly range?: IrRange }
  | { readonly op: 'loadCell'; readonly type: NumType; readonly cell: IrCell; readonly range?: IrRange }
  | {
      readonly op: 'load';
      readonly type: NumType;
      readonly mem: MemType;
      readonly address: IrExpr;
      readonly offset: number;
    }
  /** i32 address of the current instance (parameter 0). */
  | { readonly op: 'instance'; readonly type: 'i32' }
  /** i32 address of a byte of the current frame. */
  | { readonly op: 'frame'; readonly type: 'i32'; readonly offset: number }
  | { readonly op: 'unary'; readonly type: NumType; readonly code: UnaryOp; readonly value: IrExpr }
  | {
      readonly op: 'binary';
      readonly type: NumType;
      readonly code: BinaryOp;
      readonly left: IrExpr;
      readonly right: IrExpr;
    }
  /**
   * Evaluates only the side taken. `eager`, made by the optimiser: all three, both sides before the test; neither side has
   * effects or may fault.
   */
  | {
      readonly op: 'cond';
      readonly type: NumType;
      readonly test: IrExpr;
      readonly then: IrExpr;
      readonly otherwise: IrExpr;
      readonly eager?: true;
    }
  | {
      readonly op: 'call';
      readonly type: NumType;
      readonly callee: string;
      readonly args: readonly IrExpr[];
      readonly instance?: InstanceRegion;
    }
  | { readonly op: 'callHost'; readonly type: NumType; readonly callee: string; readonly args: readonly IrExpr[] }
  /** Statements first, then the value. */
  | { readonly op: 'seq'; readonly type: NumType; readonly body: readonly IrStmt[]; readonly value: IrExpr }
  /** The value, after a fault R4001 where it is zero. */
  | { readonly op: 'checkNonZero'; readonly type: 'i32' | 'i64'; readonly value: IrExpr; readonly site: SiteId }
  /** `value - low` as i32, after a fault R4002 where value is outside low..high (signed). */
  | {
      readonly op: 'checkIndex';
      readonly type: 'i32';
      readonly value: IrExpr;
      readonly low: number;
      readonly high: number;
      readonly site: SiteId;
    }
  /** The same with bounds known at run time (ARRAY[*]). */
  | {
      readonly op: 'checkIndexDynamic';
      readonly type: 'i32';
      readonly value: IrExpr;
      readonly low: IrExpr;
      readonly high: IrExpr;
      readonly site: SiteId;
    }
  /** The address, after a fault R4003 where it is zero. */
  | { readonly op: 'checkRef'; readonly type: 'i32'; readonly value: IrExpr; readonly site: SiteId };

export interface IrRange {
  readonly low: number;
  readonly high: number;
}

/**
 * What a call's instance argument (args[0]) covers, so that the emitter knows which promoted cells the callee may change.
 * Absent with a callee that takes an instance: any instance may be changed.
 */
export interface InstanceRegion {
  readonly base: 'absolute' | 'instance' | 'frame';
  readonly offset: number;
  readonly size: number;
  /** Made by the optimiser: the instance lies at `offset` or a multiple of this further on, all within `size`. */
  readonly stride?: number;
  /** Stands for the whole region: `aliased` where some of it can be reached by address. Absent: it may be. */
  readonly reach?: IrCell;
}

/** Every statement may carry the site of the source statement that it begins: the place of hooks in the instrumented form. */
export type IrStmt = { readonly site?: SiteId } & (
  | { readonly op: 'setLocal'; readonly local: IrLocal; readonly value: IrExpr }
  | { readonly op: 'storeCell'; readonly cell: IrCell; readonly value: IrExpr }
  | {
      readonly op: 'store';
      readonly mem: MemType;
      readonly address: IrExpr;
      readonly offset: number;
      readonly value: IrExpr;
    }
  /** Byte counts may be 0; ranges may overlap. */
  | { readonly op: 'copy'; readonly to: IrExpr; readonly from: IrExpr; readonly size: IrExpr }
  | { readonly op: 'fill'; readonly to: IrExpr; readonly byte: IrExpr; readonly size: IrExpr }
  | {
      readonly op: 'if';
      readonly test: IrExpr;
      readonly then: readonly IrStmt[];
      readonly otherwise: readonly IrStmt[];
    }
  /** `br` to a block's label leaves it, `br` to a loop's label starts it anew; a loop that ends falls through. Labels are unique within a function. */
  | { readonly op: 'block'; readonly label: string; readonly body: readonly IrStmt[] }
  | { readonly op: 'loop'; readonly label: string; readonly body: readonly IrStmt[] }
  | { readonly op: 'br'; readonly label: string }
  /** CASE: the first case one of whose inclusive ranges holds the selector (signed; i32 or i64). */
  | {
      readonly op: 'switch';
      readonly selector: IrExpr;
      readonly cases: readonly IrCase[];
      readonly otherwise: readonly IrStmt[];
    }
  /** Statements with jump labels: segments run in order; `goto` continues at the start of a segment, from any depth within. */
  | {
      readonly op: 'labels';
      readonly segments: readonly { readonly label?: string; readonly body: readonly IrStmt[] }[];
    }
  | { readonly op: 'goto'; readonly label: string }
  | {
      readonly op: 'call';
      readonly callee: string;
      readonly args: readonly IrExpr[];
      readonly instance?: InstanceRegion;
    }
  | { readonly op: 'callHost'; readonly callee: string; readonly args: readonly IrExpr[] }
  /** Evaluates for effect. */
  | { readonly op: 'drop'; readonly value: IrExpr }
  | { readonly op: 'return'; readonly value?: IrExpr }
  | { readonly op: 'fault'; readonly code: string; readonly faultSite: SiteId }
  /** Nothing but a place to stop at. */
  | { readonly op: 'nop' }
  /**
   * Made by the optimiser: `for index := from; index <> to; index += step`, the store of |step| neighbours at once. Address and
   * value are those of the lowest, whose index `index` is; loads in the value read neighbours too, everything else in it is the
   * same for all. All loads of a turn come before its store.
   */
  | {
      readonly op: 'vectorLoop';
      readonly index: IrLocal;
      readonly from: number;
      readonly to: number;
      readonly step: number;
      readonly mem: MemType;
      readonly address: IrExpr;
      readonly offset: number;
      readonly value: IrExpr;
    }
  /** Made by the optimiser: the body; a fault in it runs `flush` first, which brings memory up to date. */
  | { readonly op: 'faultScope'; readonly body: readonly IrStmt[]; readonly flush: readonly IrStmt[] }
);
export interface IrCase {
  readonly ranges: readonly (readonly [low: bigint, high: bigint])[];
  readonly body: readonly IrStmt[];
}

export interface IrFunction {
  /** Unique: `Motor`, `Motor.Start`, `__TON` ... */
  readonly name: string;
  /** Parameter 0 is the instance address where `hasInstance`. Parameters come first in `locals`. */
  readonly hasInstance: boolean;
  readonly paramCount: number;
  readonly locals: readonly IrLocal[];
  readonly result?: NumType;
  /** Bytes of linear stack, multiple of 8; 0: none. Uninitialised on entry. */
  readonly frameSize: number;
  readonly body: readonly IrStmt[];
  /** Standard library code that needs no stack check or hooks. */
  readonly trusted?: true;
}

/** An exported entry `() -> ()` that runs one program instance: calls `callee` with the address. */
export interface IrEntry {
  readonly exportName: string;
  readonly callee: string;
  readonly instance: number;
  /** The export gives the callee's result: `() -> i32`. For conditions. */
  readonly returns?: true;
}

export interface IrModule {
  readonly functions: readonly IrFunction[];
  readonly entries: readonly IrEntry[];
  /** Function `() -> ()` exported as `init`. */
  readonly init: string;
  readonly pages: number;
  readonly stackTop: number;
  readonly stackLimit: number;
  readonly siteCount: number;
}
