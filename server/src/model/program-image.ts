import type { Diagnostic } from './diagnostic.js';
import type { TypeDescriptor, TypeId, VariableSection } from './data-type.js';
import type { GraphicElement, Language } from './source-span.js';

/** A stretch of linear memory in bytes. */
export interface Region {
  readonly start: number;
  readonly size: number;
}

/**
 * Linear memory, in this order: reserved words, process image (%I, %Q, %M), retained variables, other variables, heap (all of
 * these but the first are `variables`, compared by the change kernel), constants and strings pool, stack.
 */
export interface MemoryLayout {
  readonly pages: number;
  /** i64 nanoseconds: the time stamp of the current scan (monotonic, virtual or wall). Written by the engine. */
  readonly nowAddress: number;
  /** i64 nanoseconds since 1970 UTC: date and time of the current scan, for RTC and the like. */
  readonly dateAddress: number;
  /** u32: set to 1 by the engine for the first scan after a start, else 0. */
  readonly firstScanAddress: number;
  /** u32 stack pointer at rest and the lowest address it may reach (stack grows down). */
  readonly stackTop: number;
  readonly stackLimit: number;
  readonly inputs: Region;
  readonly outputs: Region;
  readonly markers: Region;
  readonly retain: Region;
  /**
   * Addresses of the pointers, references, interfaces and VAR_IN_OUT in `retain`: they are not retained, since what they refer to
   * may be gone.
   * Absent where there are none.
   */
  readonly retainedPointers?: readonly number[];
  /** Where objects are made while the program runs; absent where it makes none. A reload empties it. */
  readonly heap?: Region;
  /** Everything a client can see or a snapshot must hold: from the start of inputs to the end of variables. */
  readonly variables: Region;
}

/** A root of the variable tree: a global, or a program instance. Members and elements follow from the type. */
export interface VariableRoot {
  /** `Main`, `GVL.Speed` or `Speed`; spelled as declared. */
  readonly path: string;
  /** Further names that find it (bare name of a list's global, `Resource.Instance`), in order of preference. */
  readonly aliases: readonly string[];
  readonly type: TypeId;
  readonly address: number;
  readonly bit?: number;
  readonly section: VariableSection;
  readonly constant?: true;
  readonly retain?: true;
  readonly hidden?: true;
  /** IEC direct address it is located at, `%IX0.0`. */
  readonly location?: string;
}

/** A located variable as an I/O channel. */
export interface ChannelDescriptor {
  /** Canonical direct address: `%IX0.0`, `%QW2`, `%MD1`. */
  readonly address: string;
  readonly direction: 'input' | 'output' | 'marker';
  /** Access path of the variable declared there. */
  readonly path: string;
  readonly type: TypeId;
  readonly byteAddress: number;
  readonly bit?: number;
}

export interface TaskDescriptor {
  readonly name: string;
  readonly resource: string;
  /** Nanoseconds; absent for an event task. */
  readonly intervalNs?: bigint;
  /** Event task: BOOL variable whose rising edge runs it. */
  readonly single?: { readonly path: string; readonly address: number; readonly bit?: number };
  /** 0 is the highest. */
  readonly priority: number;
  /** Programs in order of declaration. */
  readonly programs: readonly ProgramInstance[];
}

export interface ProgramInstance {
  /** Name of the instance: the first segment of its variables' paths. */
  readonly name: string;
  readonly type: string;
  /** Wasm export `() -> ()` that runs the body once. */
  readonly entry: string;
}

/** A place in the source that a fault or a hook can name. Index = site id. */
export interface CodeSite {
  readonly pou: string;
  readonly file: string;
  readonly language: Language;
  readonly line: number;
  readonly column: number;
  readonly element?: GraphicElement;
}

/** What a POU consists of, for listings and for the plan of an online change. */
export interface PouSummary {
  readonly name: string;
  readonly kind: 'program' | 'function_block' | 'function' | 'class' | 'interface' | 'method' | 'action' | 'property';
  readonly language: Language;
  /** Digest of its interface and body: equal digests mean equal behaviour and layout. */
  readonly digest: string;
}

/** How a scan runs, apart from the code: what the profile decides at run time. */
export interface ImageProfile {
  readonly name: string;
}

/** What tells which bytes of memory are which variable. Equal layouts of data read the same memory alike. */
export interface DataLayout {
  readonly memory: MemoryLayout;
  readonly types: readonly TypeDescriptor[];
  readonly roots: readonly VariableRoot[];
  readonly channels: readonly ChannelDescriptor[];
}

/**
 * All that the engine ever learns of a program. Plain data: cloned across threads, kept in caches.
 * The module imports `env.memory` and the functions that engine/worker/host-functions.ts provides; it exports
 * `init: () -> ()`, which computes initial values that are not constants (run once after `initialMemory` is laid down),
 * and one function per ProgramInstance.
 */
export interface ProgramImage extends DataLayout {
  readonly formatVersion: 1;
  /** Hex digest over everything below: same sources, same profile, same digest. */
  readonly digest: string;
  readonly name: string;
  readonly profile: ImageProfile;
  readonly wasm: Uint8Array;
  /** Same program with statement hooks (`env.hook(siteId)`); absent until asked for. */
  readonly instrumentedWasm?: Uint8Array;
  /** Initial bytes as runs; everything else is zero. */
  readonly initialMemory: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  readonly tasks: readonly TaskDescriptor[];
  /** Greatest common divisor of the cyclic tasks' intervals, nanoseconds; 100 ms without any. */
  readonly tickNs: bigint;
  /** True where the project declares cyclic tasks, so that a host setting does not replace the tick. */
  readonly hasTasks: boolean;
  readonly sites: readonly CodeSite[];
  readonly pous: readonly PouSummary[];
}

/** What a build gives. Findings are data; `image` is absent where one of them is an error. */
export interface BuildResult {
  readonly diagnostics: readonly Diagnostic[];
  readonly image?: ProgramImage;
}
