import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import { RunMode, type Fault, type RuntimeState } from '../../../proto/plcemu/v1/runtime_state_pb.js';
import { Severity, type Diagnostic } from '../../../proto/plcemu/v1/diagnostic_pb.js';

/** `1.5ms`, `20us`, `2s`. */
export function showDuration(duration: Duration | undefined): string {
  if (!duration) return '-';
  const ns = Number(duration.seconds) * 1e9 + duration.nanos;
  if (ns === 0) return '0';
  const [value, unit] =
    Math.abs(ns) < 1e3
      ? [ns, 'ns']
      : Math.abs(ns) < 1e6
        ? [ns / 1e3, 'us']
        : Math.abs(ns) < 1e9
          ? [ns / 1e6, 'ms']
          : [ns / 1e9, 's'];
  return `${Number(value.toPrecision(4))}${unit}`;
}

/** Local clock time with milliseconds. */
export function showTime(time: Timestamp | undefined): string {
  if (!time) return '-';
  const date = new Date(Number(time.seconds) * 1000 + time.nanos / 1e6);
  return date.toISOString().slice(11, 23);
}

export function showState(state: RuntimeState | undefined): string {
  if (!state) return 'no state';
  const parts = [
    `${state.runtime} ${RunMode[state.mode]}`,
    `scan ${state.scan}`,
    ...(state.project === '' ? [] : [`project ${state.project} r${state.revision}`]),
    ...(state.tick ? [`tick ${showDuration(state.tick)}`] : []),
    ...(state.forced > 0 ? [`${state.forced} forced`] : []),
    ...(state.fault ? [showFault(state.fault)] : []),
  ];
  return parts.join(', ');
}

function showFault(fault: Fault): string {
  const site = fault.site ? ` at ${fault.site.pou}:${fault.site.line}` : '';
  return `fault ${fault.code} in scan ${fault.scan}${site}: ${fault.message}`;
}

export function showDiagnostic(d: Diagnostic): string {
  const position = d.line > 0 ? `${d.file}:${d.line}:${d.column}` : d.file;
  const element = d.element ? `, ${d.element.kind} ${d.element.localId}` : '';
  return `${position}: ${Severity[d.severity].toLowerCase()} ${d.code}: ${d.message}${d.pou === '' ? '' : ` [in ${d.pou}${element}]`}`;
}

/** Columns of text, each as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Bytes of a cursor as base64url, the form that `--since` takes. */
export function cursorText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
