import type { IrModule } from './ir/ir.js';
import type { LoweringMemory } from './lower/lowering-memory.js';
import type { Profile } from './profile.js';

export interface SourceDocument {
  /** Path or name shown in findings. The ending tells the form: `.xml` PLCopen; `.TcPOU` and its kin TwinCAT; .st .iecst .exp .il and others plain text. */
  readonly name: string;
  readonly content: string | Uint8Array;
}
export interface CompileInput {
  readonly name: string;
  readonly documents: readonly SourceDocument[];
  readonly profile: Profile;
  /** Also make `instrumentedWasm`. */
  readonly instrument?: boolean;
  /** Sees the verified IR before code is made of it: for tests. */
  readonly inspect?: (module: IrModule) => void;
  /** What earlier compiles of the project left: makes this one faster, and changes nothing else. */
  readonly memory?: LoweringMemory;
}
