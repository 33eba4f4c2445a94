import { faultCodes, type Fault, type FaultCode } from '../../model/fault.js';
import type { CodeSite } from '../../model/program-image.js';

/** Thrown out of a scan by the `fault` import, or made from a trap. The machine turns it into a `Fault`. */
export class ScanFault extends Error {
  constructor(
    readonly code: FaultCode,
    /** Index into the image's sites; undefined for traps. */
    readonly siteId: number | undefined,
    detail = '',
  ) {
    super(detail === '' ? faultCodes[code] : `${faultCodes[code]}: ${detail}`);
    this.name = 'ScanFault';
  }
}

/** A fault code from the number that generated code passes; anything unknown is an internal trap. */
export function faultCodeOf(number: number): FaultCode {
  const code = `R${number}`;
  return code in faultCodes ? (code as FaultCode) : 'R4007';
}

/** What generated code threw, as a fault; undefined where it is not the program's doing. */
export function scanFaultOf(thrown: unknown): ScanFault | undefined {
  if (thrown instanceof ScanFault) return thrown;
  // Both arise from code of this realm or another (tests run in a context of their own), so names decide.
  const { name, message } = thrown as { name?: unknown; message?: unknown };
  if (name === 'RangeError' && String(message).includes('call stack')) return new ScanFault('R4004', undefined);
  if (name !== 'RuntimeError') return undefined;
  const text = String(message);
  if (text.includes('divide by zero') || text.includes('remainder by zero')) return new ScanFault('R4001', undefined);
  if (text.includes('unrepresentable')) return new ScanFault('R4008', undefined);
  return new ScanFault('R4007', undefined, text);
}

/** The fault as plain data. */
export function faultData(
  fault: ScanFault,
  at: { readonly scan: number; readonly task?: string; readonly sites: readonly CodeSite[] },
): Fault {
  const site = fault.siteId === undefined ? undefined : at.sites[fault.siteId];
  return {
    code: fault.code,
    message: fault.message,
    scan: at.scan,
    ...(at.task !== undefined && { task: at.task }),
    ...(site !== undefined && { site }),
  };
}
