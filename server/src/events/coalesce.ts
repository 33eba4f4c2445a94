/** What merging several scans must not hide. */
export interface CoalescedChanges {
  /** Scans merged, 1 or more. */
  readonly scans: number;
  readonly firstScan: number;
  readonly lastScan: number;
  /**
   * Edges per bit: parallel columns of word index, bit number 0..31 and the number of changes of that bit (all bits of the words
   * merged that changed more than once, or whose final value equals the one before). Only bits that hold a BOOL mean anything.
   */
  readonly edges: EdgeColumns;
}

export interface EdgeColumns {
  readonly index: Uint32Array;
  readonly bit: Uint8Array;
  readonly count: Uint32Array;
}
