import { HealthCheckResponse_ServingStatus as Serving, Health } from '../../../proto/grpc/health/v1/health_pb.js';
import { HostError } from '../model/host-error.js';
import type { RegisteredService } from '../services/registry.js';
import { register } from '../services/registry.js';

export interface HealthService {
  readonly registered: RegisteredService;
  /** NOT_SERVING from now on, and everyone who watches is told. */
  shutDown(): void;
}

/** grpc.health.v1 for the host (name empty) and for each of its services. Needs no token. */
export function createHealth(serviceNames: readonly string[]): HealthService {
  const known = new Set(['', ...serviceNames]);
  let status = Serving.SERVING;
  const waiting = new Set<() => void>();
  const registered = register(Health, {
    check(request) {
      if (!known.has(request.service))
        throw new HostError('NOT_FOUND', `There is no service '${request.service.slice(0, 200)}'.`);
      return { status };
    },
    async *watch(request, context) {
      if (!known.has(request.service)) {
        yield { status: Serving.SERVICE_UNKNOWN };
      } else {
        yield { status };
      }
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
        context.signal.addEventListener('abort', () => resolve());
        context.signal.addEventListener('abort', () => void waiting.delete(resolve));
      });
      if (!context.signal.aborted) yield { status };
    },
  });
  return {
    registered,
    shutDown: () => {
      status = Serving.NOT_SERVING;
      for (const wake of waiting) wake();
      waiting.clear();
    },
  };
}
