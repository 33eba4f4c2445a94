import { HostError } from '../model/host-error.js';
import { errorCode } from './file-system.js';

/** STORAGE_FAILED for a failed file operation. `operation` completes "could not ...". */
export function storageError(operation: string, path: string, cause: unknown): HostError {
  if (cause instanceof HostError) return cause;
  const code = errorCode(cause);
  const why =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the disk is full; free some space, and the host goes on by itself'
      : code === 'EROFS'
        ? 'the file system is read-only; remount it writable'
        : code === 'EACCES' || code === 'EPERM'
          ? 'permission was denied; give the directory to the account of the host'
          : code === 'EIO'
            ? 'the disk reported an error; check the machine'
            : cause instanceof Error
              ? cause.message
              : String(cause);
  return new HostError('STORAGE_FAILED', `could not ${operation}: ${why}`, { path, code, operation });
}
