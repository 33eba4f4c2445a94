import type { DescMessage } from '@bufbuild/protobuf';
import type { HostRecord } from '../runtime/host-record.js';
import type { Runtimes } from '../runtime/runtimes.js';
import type { Mutation, Mutations } from './mutation.js';
import type { Watches } from './watches.js';

/** What the services are made from. */
export interface Rooms {
  readonly record: HostRecord;
  readonly runtimes: Runtimes;
  readonly watches: Watches;
  readonly mutations: Mutations;
  readonly host: HostFacts;
}

/** What the host knows of itself. */
export interface HostFacts {
  readonly version: string;
  /** Directories whose files clients may open. */
  readonly roots: readonly string[];
  readonly watchFiles: boolean;
  readonly limits: Readonly<Record<string, number>>;
  readonly listeners: () => readonly string[];
}

/** A mutation whose requests name a runtime. */
export function onRuntime<I extends DescMessage, O extends DescMessage, R>(
  input: I,
  output: O,
  answer: Mutation<I, O, R>['answer'],
  options: Pick<Mutation<I, O, R>, 'auditRefusalsOnly'> = {},
): Mutation<I, O, R> {
  return { input, output, answer, subject: (request) => (request as { runtime?: string }).runtime ?? '', ...options };
}
