import { ProjectService } from '../../../proto/plcemu/v1/project_pb.js';
import { eventually } from '../../support/eventually.js';
import { startStubHost, type StubHost } from './stub-host.js';

let host: StubHost;
beforeAll(async () => {
  host = await startStubHost(ProjectService.method.uploadProject, (call) => call.resume());
  // Connected: a call that is cancelled now has been sent, too.
  const upload = host.client.project.uploadProject([], { signal: AbortSignal.timeout(100) });
  await expect(upload).rejects.toMatchObject({ name: 'PlcError' });
});
afterAll(() => host.dispose());

const open = { piece: { case: 'open' as const, value: { name: 'pieces' } } };
const failure = new Error('the disk can not be read');
const sources: readonly [how: string, source: () => Iterable<typeof open> | AsyncIterable<typeof open>][] = [
  [
    'at once',
    async function* () {
      yield await Promise.reject<typeof open>(failure);
    },
  ],
  [
    'after a piece',
    function* () {
      yield open;
      throw failure;
    },
  ],
  [
    'when the host has had a piece',
    async function* () {
      const { begun } = host.counts;
      yield open;
      await eventually(() => host.counts.begun > begun);
      throw failure;
    },
  ],
];

/** What was sent before it has come when this has. */
const allHaveCome = (): Promise<unknown> =>
  host.client.project.uploadProject([], { signal: AbortSignal.timeout(50) }).catch(() => undefined);

it.each(sources)(
  'an upload whose source fails %s ends with that error, and the host hears of it',
  async (_, source) => {
    await expect(host.client.project.uploadProject(source())).rejects.toBe(failure);
    await allHaveCome();
    await eventually(() => host.counts.cancelled === host.counts.begun);
  },
);

it('an upload that is cancelled as it begins is cancelled at the host, too', async () => {
  const upload = host.client.project.uploadProject([open], { signal: AbortSignal.abort() });
  await expect(upload).rejects.toMatchObject({ name: 'PlcError', codeName: 'CANCELLED' });
  await allHaveCome();
  await eventually(() => host.counts.cancelled === host.counts.begun);
});

it('an upload with a piece that can not be encoded is refused at once, and its source closed', async () => {
  let isClosed = false;
  const source = function* (): Generator<object> {
    try {
      for (;;) yield { piece: { case: 'chunk', value: { name: 'p.st', content: 'no bytes' } } };
    } finally {
      isClosed = true;
    }
  };
  const upload = host.client.project.uploadProject(source());
  await expect(upload).rejects.toMatchObject({ codeName: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
  expect(isClosed).toBe(true);
});
