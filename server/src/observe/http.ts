import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.js';

/** Whether the host can do its work, and what is wrong if not. */
export interface Health {
  readonly ok: boolean;
  readonly problems: readonly string[];
}

export interface ObserveServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves /metrics (Prometheus text) and /healthz (200 or 503 with the problems). GET and HEAD only; nothing has a side effect. */
export async function serveObserve(
  address: { readonly host: string; readonly port: number },
  metrics: Metrics,
  health: () => Health,
): Promise<ObserveServer> {
  const server = createServer(
    { requestTimeout: 5000, headersTimeout: 5000, maxHeaderSize: 8192 },
    (request, response) => {
      response.setHeader('x-content-type-options', 'nosniff');
      response.setHeader('cache-control', 'no-store');
      const send = (status: number, type: string, body: string): void => {
        response.writeHead(status, { 'content-type': type });
        response.end(request.method === 'HEAD' ? undefined : body);
      };
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        send(405, 'text/plain; charset=utf-8', 'Only GET.\n');
        return;
      }
      switch (request.url) {
        case '/healthz': {
          const now = health();
          send(now.ok ? 200 : 503, 'application/json', `${JSON.stringify(now)}\n`);
          return;
        }
        case '/metrics':
          metrics.text().then(
            (text) => send(200, metrics.contentType, text),
            () => send(500, 'text/plain; charset=utf-8', 'The metrics could not be collected.\n'),
          );
          return;
        default:
          send(404, 'text/plain; charset=utf-8', 'There are /metrics and /healthz.\n');
      }
    },
  );
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
