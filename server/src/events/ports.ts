import type { Epoch } from '../model/cursor.js';

/** What the log needs to know of who the host is; store/host-identity.ts has it. */
export interface IdentityPort {
  readonly hostId: string;
  readonly epoch: Epoch;
  readonly epochStart: bigint;
  readonly earlier: readonly (Epoch & { readonly start: bigint; readonly end: bigint })[];
  readonly previousStop: 'clean' | 'crash' | 'first';
  /** How many numbers `reserveMore` adds. */
  readonly blockSize: bigint;
  reserved(): bigint;
  reserveMore(): Promise<void>;
}

/** What the log needs of a journal; store/journal.ts is one. */
export interface JournalPort {
  append(
    record: {
      readonly type: number;
      readonly sequence: bigint;
      readonly body: Uint8Array;
      readonly attachment: Uint8Array;
    },
    urgent: boolean,
  ): void;
  listen(listener: {
    committed(sequence: bigint): void;
    failed(error: Error): void;
    restored(dropped: bigint): void;
  }): void;
  flush(): Promise<void>;
  trim(floors: readonly bigint[]): void;
}

/** What recovery gave back. */
export interface RecoveredJournal {
  /** In ascending order. To be called once: the records are large, and nobody keeps them. */
  takeRecords(): readonly { readonly type: number; readonly sequence: bigint; readonly body: Uint8Array }[];
  readonly losses: readonly { readonly from: bigint; readonly to: bigint; readonly detail: string }[];
  readonly floors: readonly bigint[];
  readonly last: bigint;
}
