import type { Compilation, Constant } from '../check/compilation.js';
import type { BlockSymbol, CallableSymbol, InterfaceSymbol, Scope, VariableSymbol } from '../check/symbols.js';
import type { IrFunction } from '../ir/ir.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { CodeSite } from '../../model/program-image.js';
import type { DirectAddress } from '../syntax/ast.js';
import type { AliasDomain, CellTable } from './alias.js';
import type { ConstantPool } from './constant-pool.js';
import type { HeapPlan } from './heap-plan.js';
import type { FunctionBuilder } from './function-builder.js';

/** Fixed addresses at the start of memory; 0 is NULL. */
export const nowAddress = 8;
export const dateAddress = 16;
export const firstScanAddress = 24;
/** Where the process image begins. */
export const reservedBytes = 64;

/** Who writes members of a block instance from outside by a fixed address: matters where the block is running meanwhile. */
export interface OutsideWrite {
  readonly writer: string;
  readonly domain: AliasDomain;
  readonly offset: number;
  readonly size: number;
}

/** State of one compile while bodies become IR. */
export interface Lowering extends Compilation {
  readonly cells: CellTable;
  readonly memory: AliasDomain;
  readonly pool: ConstantPool;
  readonly sites: CodeSite[];
  readonly functions: Map<string, IrFunction>;
  readonly outsideWrites: readonly OutsideWrite[];
  noteOutsideWrite(write: OutsideWrite): void;
  /** Sites whose POU name and position are known already. */
  site(span: SourceSpan, pou: string): number;
  /** The index in `sites` by what `site` gave. */
  siteNumbers(): Int32Array;
  domainOf(block: BlockSymbol): AliasDomain;
  /** The function will be lowered, now or later; gives its IR name. */
  needCallable(symbol: CallableSymbol): string;
  needBody(block: BlockSymbol): string;
  /** Function that computes the initial values of a block's instances which are no constants. */
  needInit(block: BlockSymbol): string | undefined;
  /** Memory shared by all local instances for a member that lies outside its instance. */
  staticCell(variable: VariableSymbol): number;
  needDispatch(owner: BlockSymbol | InterfaceSymbol, method: CallableSymbol | 'body'): string;
  /** Function that runs FB_exit of instances of the block: (address, number of instances in a row). */
  needExit(block: BlockSymbol): string;
  needRuntime(name: RuntimeFunction): string;
  /** Fixed address of a program that other code calls or looks into. */
  programAddress(program: BlockSymbol): number | undefined;
  /** Address of a directly represented variable. */
  directAddress(node: DirectAddress): { readonly address: number; readonly bit?: number } | undefined;
  /** Where objects of __NEW lie; undefined where no body makes any, or the profile has none. */
  readonly heap: HeapPlan | undefined;
  /** The global that a VAR_EXTERNAL means. */
  external(variable: VariableSymbol): VariableSymbol | undefined;
  constantOf(variable: VariableSymbol): Constant | undefined;
  /** A constant whose own definition has been reported. */
  isBroken(variable: VariableSymbol): boolean;
  /** Builder for expressions that have to be constant. */
  scratchBuilder(scope: Scope): FunctionBuilder;
}

/** Small functions that the compiler itself provides in IR. */
export type RuntimeFunction = '$copy8' | '$copy16';
