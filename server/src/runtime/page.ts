import { HostError } from '../model/host-error.js';

export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

export interface PageRequest {
  /** 0: `usual`. More than `most` gives `most`. */
  readonly pageSize: number;
  /** Empty: from the beginning. */
  readonly pageToken: string;
  readonly usual: number;
  readonly most: number;
  /** What the pages belong to: a token of something else is refused. */
  readonly key: string;
}

/** The items of one page of a sequence that is the same every time. A token is `OFFSET-KEY` in base64url. */
export function pageOf<S, T>(source: Iterable<S>, map: (item: S) => T, request: PageRequest): Page<T> {
  const key = request.key.slice(0, 16);
  const from = request.pageToken === '' ? 0 : offsetOf(request.pageToken, key);
  const size = Math.min(request.pageSize === 0 ? request.usual : request.pageSize, request.most);
  const items: T[] = [];
  let at = 0;
  for (const item of source) {
    if (at >= from + size) return { items, nextPageToken: Buffer.from(`${at}-${key}`).toString('base64url') };
    if (at >= from) items.push(map(item));
    at += 1;
  }
  return { items, nextPageToken: '' };
}

function offsetOf(token: string, key: string): number {
  const match = token.length > 200 ? null : /^(\d{1,9})-(.*)$/s.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw new HostError('INVALID_REQUEST', 'The page token is none of this host; begin again without one.');
  if (match[2] !== key)
    throw new HostError('INVALID_REQUEST', 'What the page token belongs to has changed; begin again without one.');
  return Number(match[1]);
}
