import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { DiagnosticsService } from '../../../proto/plcemu/v1/diagnostics_pb.js';
import { IoService } from '../../../proto/plcemu/v1/io_pb.js';
import { Role } from '../../../proto/plcemu/v1/options_pb.js';
import { ProjectService } from '../../../proto/plcemu/v1/project_pb.js';
import { RuntimeService } from '../../../proto/plcemu/v1/runtime_pb.js';
import { silentLog } from '../../../server/src/model/log.js';
import { statusOf } from '../../../server/src/services/errors.js';
import type { Registry } from '../../../server/src/services/registry.js';
import { checkRole, createRoleTable } from '../../../server/src/transport/auth.js';
import { createCalls } from '../../../server/src/transport/calls.js';
import { createGate, type Policy } from '../../../server/src/transport/gate.js';
import { createHealth } from '../../../server/src/transport/health.js';
import { createReflection } from '../../../server/src/transport/reflection.js';

const services = [ProjectService, RuntimeService, IoService, DiagnosticsService].map((service) => ({
  service,
  methods: {},
}));
const all = [...services, createHealth([]).registered, ...createReflection(services)];
const roles = createRoleTable(all);
const registry: Registry = { services, statusOf: (error, method) => statusOf(error, method, silentLog) };
const path = '/plcemu.v1.RuntimeService/GetState';

/** What the gate makes of headers: `in`, or the status that it sent. */
function outcome(policy: Policy, headers: IncomingHttpHeaders, rawHeaders: readonly string[] = []): string {
  let sent: Record<string, unknown> | undefined;
  const stream = {
    session: { socket: { remoteAddress: '127.0.0.1', remotePort: 4711 } },
    on: () => undefined, once: () => undefined, resume: () => undefined,
    respond: (given: Record<string, unknown>) => (sent = given),
  } as unknown as ServerHttp2Stream; // prettier-ignore
  const gate = createGate(policy, roles, () => true, registry, createCalls());
  const admitted = gate(stream, { ':path': path, ...headers }, rawHeaders);
  return admitted ? 'in' : `status ${String(sent?.['grpc-status'])}`;
}

const unix: Policy = { kind: 'unix' };
const tcp: Policy = { kind: 'tcp', token: { file: '', matches: (text) => text === 'secret' } };

describe('the gate', () => {
  it.each([
    ['the socket without a token', unix, {}, [], 'in'],
    ['TCP with the token', tcp, { authorization: 'Bearer secret' }, ['authorization', 'Bearer secret'], 'in'],
    ['TCP without one', tcp, {}, [], 'status 16'],
    ['TCP with another', tcp, { authorization: 'Bearer Secret' }, ['authorization', 'Bearer Secret'], 'status 16'],
    [
      'TCP with two of them',
      tcp,
      { authorization: 'Bearer secret' },
      ['authorization', 'Bearer secret', 'authorization', 'x'],
      'status 16',
    ],
    ['a negative deadline', unix, { 'grpc-timeout': '-1S' }, [], 'status 3'],
    ['health over TCP without a token', tcp, { ':path': '/grpc.health.v1.Health/Check' }, [], 'in'],
  ] as const)('lets %s: %#', (_what, policy, headers, raw, expected) => {
    expect(outcome(policy, headers, raw)).toBe(expected);
  });

  it('caps the deadline of unary calls, and gives one to those that have none', () => {
    const headersOf = (given: IncomingHttpHeaders): IncomingHttpHeaders => {
      const headers: IncomingHttpHeaders = { ':path': path, ...given };
      createGate(
        unix,
        roles,
        () => true,
        registry,
        createCalls(),
      )({ once: () => undefined } as unknown as ServerHttp2Stream, headers, []);
      return headers;
    };
    expect(headersOf({})['grpc-timeout']).toBe('30S');
    expect(headersOf({ 'grpc-timeout': '1H' })['grpc-timeout']).toBe('30S');
    expect(headersOf({ 'grpc-timeout': '5S' })['grpc-timeout']).toBe('5S');
    expect(headersOf({ ':path': '/plcemu.v1.RuntimeService/RunUntil' })['grpc-timeout']).toBeUndefined();
  });

  it('does not even compare tokens of an address after 20 wrong ones', () => {
    let compared = 0;
    const counting: Policy = { kind: 'tcp', token: { file: '', matches: () => ((compared += 1), false) } };
    const gate = createGate(counting, roles, () => true, registry, createCalls());
    const stream = {
      session: { socket: { remoteAddress: '10.0.0.1', remotePort: 1 } },
      on: () => undefined,
      once: () => undefined,
      resume: () => undefined,
      respond: () => undefined,
    };
    for (let i = 0; i < 50; i += 1)
      gate(stream as unknown as ServerHttp2Stream, { ':path': path, authorization: 'Bearer no' }, []);
    expect(compared).toBe(20);
  });
});

const rank = (role: Role): number => role;
const rankOf = (level: MethodOptions_IdempotencyLevel): number => level;

describe('the role table', () => {
  const ranks = [Role.VIEWER, Role.OPERATOR, Role.ENGINEER, Role.ADMIN];

  it('has every method of every service', () => {
    const methods = all.flatMap(({ service }) => service.methods.map((m) => `/${service.typeName}/${m.name}`));
    expect(methods.filter((m) => !roles.has(m))).toEqual([]);
    expect(roles.size).toBe(methods.length);
    expect(methods.length).toBeGreaterThan(50);
  });

  it('lets each role call what is its own and below, and refuses the rest', () => {
    for (const [method, least] of roles) {
      for (const role of ranks) {
        const allowed = ((): boolean => {
          try {
            checkRole(roles, method, role);
            return true;
          } catch {
            return false;
          }
        })();
        expect([method, role, allowed]).toEqual([method, role, least === 'public' || rank(role) >= rank(least)]);
      }
    }
  });

  it('gives viewers nothing that changes something', () => {
    for (const { service } of services) {
      for (const method of service.methods) {
        const isRead = rankOf(method.idempotency) === rankOf(MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS);
        const least = roles.get(`/${service.typeName}/${method.name}`);
        if (!isRead) expect([method.name, least === Role.VIEWER]).toEqual([method.name, false]);
      }
    }
  });

  it('refuses a method that is not in it to everyone', () => {
    expect(() => checkRole(roles, '/x.Y/Z', Role.ADMIN)).toThrow('none that exists');
  });
});
