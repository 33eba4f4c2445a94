import type { Diagnostic } from '../model/diagnostic.js';
import { lineColumn } from '../model/source-span.js';
import type { SourceUnit } from './syntax/ast.js';

interface Place {
  readonly name: string;
  readonly from: readonly [line: number, column: number];
  readonly to: readonly [line: number, column: number];
}

/** Adds the POU to findings in plain files, whose text itself does not name it. */
export function namePous(diagnostics: readonly Diagnostic[], units: readonly SourceUnit[]): readonly Diagnostic[] {
  if (!diagnostics.some((d) => d.pou === undefined && d.line !== undefined)) return diagnostics;
  const places = new Map<string, Place[]>();
  for (const unit of units) {
    const list: Place[] = [];
    for (const d of unit.declarations) {
      if (d.kind !== 'pou' || d.span.source.pou !== undefined) continue;
      const from = lineColumn(d.span.source, d.span.start);
      const to = lineColumn(d.span.source, d.span.end);
      list.push({ name: d.name, from: [from.line, from.column], to: [to.line, to.column] });
    }
    places.set(unit.file, [...(places.get(unit.file) ?? []), ...list]);
  }
  return diagnostics.map((d) => {
    if (d.pou !== undefined || d.line === undefined) return d;
    const at: readonly [number, number] = [d.line, d.column ?? 1];
    const pou = places.get(d.file)?.find((p) => !before(at, p.from) && !before(p.to, at));
    return pou ? { ...d, pou: pou.name } : d;
  });
}

const before = (a: readonly [number, number], b: readonly [number, number]): boolean =>
  a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
