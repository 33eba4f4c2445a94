/** IEC 61131-3:2013, 6.1.2: identifiers do not distinguish case. Every comparison goes through this fold. */
export function foldName(name: string): string {
  return name.toUpperCase();
}
export function sameName(a: string, b: string): boolean {
  return a === b || foldName(a) === foldName(b);
}
