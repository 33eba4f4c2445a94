import type { HostFunctionName } from '../../model/host-function.js';
import { mathFunctions } from './math.js';
import { realToText, textToReal } from './real-text.js';
import { faultCodeOf, ScanFault } from './scan-fault.js';

export interface HostFunctionOptions {
  /** Bytes of the linear memory that the instance runs on. */
  readonly bytes: Uint8Array;
  /** Statement hook of the instrumented form. A debugger holds the scan in here. */
  readonly hook?: (siteId: number) => void;
  readonly onLog: (text: string, severity: number) => void;
}

const maxLogCharacters = 1024;

/** Everything a program image imports from `env` beside `memory` (model/host-function.ts). */
export function createHostFunctions(
  options: HostFunctionOptions,
): Record<HostFunctionName, (...args: never[]) => unknown> {
  const { bytes, onLog } = options;
  const textAt = (address: number, limit: number): string => {
    let text = '';
    for (let at = address >>> 0; at < bytes.length && bytes[at] !== 0 && text.length < limit; at += 1) {
      text += String.fromCharCode(bytes[at]!);
    }
    return text;
  };
  return {
    ...mathFunctions,
    fault: (code: number, siteId: number): never => {
      throw new ScanFault(faultCodeOf(code), siteId);
    },
    hook: options.hook ?? (() => undefined),
    real_to_string: (value: number, single: number, destination: number, capacity: number): void => {
      const text = realToText(value, single !== 0).slice(0, Math.max(0, capacity));
      const start = destination >>> 0;
      for (let i = 0; i < text.length; i += 1) bytes[start + i] = text.charCodeAt(i);
      bytes[start + text.length] = 0;
    },
    string_to_real: (address: number): number => textToReal(textAt(address, 400)),
    log: (address: number, severity: number): void => onLog(textAt(address, maxLogCharacters), severity),
  };
}
