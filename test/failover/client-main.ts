import { startEngineer } from './engineer.js';
import type { Client } from './persistent.js';
import { createLogWriter, type LogWriter } from './run-log.js';
import { startWatcher } from './watcher.js';
import { startWriter } from './writer.js';

/** What a client process is told: first who it is, then, after each restart of the host, to report who is current again. */
export type ClientOrder =
  | {
      readonly kind: 'begin';
      readonly target: string;
      readonly logFile: string;
      /** Of writers 1 to 8. */
      readonly writers: readonly number[];
      /** Of watchers, from 0. */
      readonly watchers: readonly number[];
      /** Of engineers, from 1. */
      readonly engineers: readonly number[];
      readonly seed: number;
    }
  /** `reopened`: a watch counts only on a connection that is newer than the order. */
  | { readonly kind: 'report'; readonly mark: number; readonly reopened: boolean }
  | { readonly kind: 'stop' };

export type ClientReport =
  | { readonly kind: 'current'; readonly mark: number; readonly client: string }
  | { readonly kind: 'defect'; readonly message: string };

const clients: Client[] = [];
let log: LogWriter | undefined;

function send(report: ClientReport): void {
  process.send?.(report);
}

async function obey(order: ClientOrder): Promise<void> {
  switch (order.kind) {
    case 'begin': {
      const { target, seed } = order;
      log = createLogWriter(order.logFile);
      for (const index of order.writers) clients.push(startWriter({ index, target, log, seed: seed + index }));
      for (const index of order.watchers) clients.push(startWatcher({ index, target, log, seed: seed + 100 + index }));
      for (const index of order.engineers)
        clients.push(startEngineer({ index, target, log, seed: seed + 200 + index }));
      return;
    }
    case 'report':
      for (const client of clients)
        void client
          .current(order.reopened)
          .then(() => send({ kind: 'current', mark: order.mark, client: client.name }));
      return;
    case 'stop':
      await Promise.all(clients.map((client) => client.stop()));
      log?.close();
      process.disconnect();
  }
}

process.on('message', (order: ClientOrder) => {
  obey(order).catch((error: unknown) => send({ kind: 'defect', message: String(error) }));
});
process.on('disconnect', () => process.exit());
process.on('unhandledRejection', (error) =>
  send({ kind: 'defect', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
);
