import { createDiagnosticsService } from './diagnostics.js';
import { statusOf } from './errors.js';
import { createIoService } from './io.js';
import { createMutations } from './mutation.js';
import { createProjectService } from './project.js';
import type { Registry } from './registry.js';
import type { Rooms } from './rooms.js';
import { createRuntimeService } from './runtime.js';
import { createWatches } from './watches.js';

/** Every service of the API over the rooms of one host. */
export function createRegistry(rooms: Pick<Rooms, 'record' | 'runtimes' | 'host'>): Registry {
  const whole: Rooms = {
    ...rooms,
    watches: createWatches(rooms.record, rooms.runtimes),
    mutations: createMutations(rooms.record),
  };
  return {
    services: [
      createProjectService(whole),
      createRuntimeService(whole),
      createIoService(whole),
      createDiagnosticsService(whole),
    ],
    statusOf: (error, method) => statusOf(error, method, rooms.record.log),
  };
}
