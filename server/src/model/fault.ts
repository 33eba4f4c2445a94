import type { CodeSite } from './program-image.js';

/** Run-time faults; the R codes are stable. */
export const faultCodes = {
  R4001: 'integer division by zero',
  R4002: 'array index out of range',
  R4003: 'null reference',
  R4004: 'stack overflow (recursion too deep)',
  R4005: 'watchdog: the scan did not end in time',
  R4006: 'out of memory',
  R4007: 'internal trap in generated code',
  R4008: 'integer overflow',
  R4009: 'REAL result is NaN or infinite',
  R4010: 'value outside its subrange',
  R4011: 'abstract or missing method called',
  R4012: 'delete of what is no object of __NEW, or no longer one',
} as const;
export type FaultCode = keyof typeof faultCodes;

/** Why a runtime is FAULTED. Plain data. */
export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  /** Scan in which it happened, from 1. */
  readonly scan: number;
  readonly task?: string;
  readonly site?: CodeSite;
}
