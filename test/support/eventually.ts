/** Waits until `probe` gives something other than undefined or false; fails with its last error after `timeoutMs`. */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  timeoutMs = 5000,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + timeoutMs;
  let last: Error | undefined;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
      last = undefined;
    } catch (error) {
      last = error instanceof Error ? error : new Error(String(error));
    }
    if (performance.now() > end) throw last ?? new Error(`nothing came within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
