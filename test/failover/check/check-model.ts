import type { Scalar, Values } from '../run-log.js';
import type { History } from './history.js';
import type { Violation } from './violation.js';

interface Snapshot {
  readonly q: number;
  readonly client: string;
  readonly values: Values;
}

/**
 * Each watcher that sees every scan keeps a model; wherever anybody got a snapshot, it must be what those models were at that number.
 * In no model may variables that are only written together differ.
 */
export function checkModel({ watchers }: History): Violation[] {
  const violations: Violation[] = [];
  const snapshots: Snapshot[] = [];
  for (const [client, lines] of watchers)
    for (const line of lines) if (line.kind === 'snapshot') snapshots.push({ q: line.q, client, values: line.values });
  snapshots.sort((a, b) => a.q - b.q);

  for (const [client, lines] of watchers) {
    let model: Record<string, Scalar> | undefined;
    let exact = false;
    let position = 0;
    let next = 0;
    /** Compares the model with all snapshots from its position up to before `upTo`. */
    const compare = (upTo: number): void => {
      while (next < snapshots.length && snapshots[next]!.q < position) next += 1;
      for (let i = next; model && i < snapshots.length && snapshots[i]!.q < upTo; i += 1) {
        const { q, values, client: other } = snapshots[i]!;
        const wrong = Object.entries(values).find(([path, value]) => path in model! && model![path] !== value);
        if (!wrong) continue;
        violations.push({
          invariant: 'snapshot',
          detail: `${other}: the snapshot at ${q} has ${wrong[0]} = ${wrong[1]}, ${client} knows ${model[wrong[0]]}`,
        });
      }
    };
    for (const line of lines) {
      switch (line.kind) {
        case 'open':
          model = undefined;
          exact = line.selection.lossless && line.selection.classes.includes('scan');
          break;
        case 'reset':
        case 'failed':
          model = undefined;
          break;
        case 'snapshot':
          model = exact ? { ...line.values } : undefined;
          position = line.q;
          break;
        case 'progress':
          compare(line.q + 1);
          position = line.q;
          break;
        case 'events':
          for (const event of line.events) {
            if (!model) break;
            compare(event.q);
            if (event.class === 'scan') Object.assign(model, event.values);
            position = event.q;
            const { 'Main.TwinA': a, 'Main.TwinB': b } = model;
            if (event.class === 'scan' && a !== b)
              violations.push({
                invariant: 'atomic',
                detail: `${client}: after event ${event.q} TwinA is ${a} and TwinB ${b}`,
              });
          }
          compare(line.q + 1);
          position = line.q;
          break;
        default:
      }
    }
  }
  return violations;
}
