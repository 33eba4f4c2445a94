/**
 * Sends what the source gives, one after the other, until `over`. Rejects with the error of the source or of `send`. A source that
 * gives no more because of `over` or `send` is closed, and not waited for: it may hang.
 */
export async function sendAll<T>(
  source: AsyncIterable<T> | Iterable<T>,
  send: (item: T) => Promise<void>,
  over: Promise<undefined>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const close = (): void => void (async () => iterator.return?.())().catch(() => undefined);
  for (;;) {
    const next = await Promise.race([iterator.next(), over]);
    if (!next) close();
    if (!next || next.done) return;
    try {
      await send(next.value);
    } catch (error) {
      close();
      throw error;
    }
  }
}
