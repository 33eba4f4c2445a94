import { execFileSync } from 'node:child_process';
import { link, mkdir, open as openFile, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { connect as connectHttp2, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { PlcClient, WatchItem } from '../../clients/node/src/index.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { corpusFolder, corpusManifest, describeCorpus } from '../support/corpus.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';
import { programXml, projectXml } from '../support/plcopen-document.js';

// Rows of the list of bad inputs: project files (B1 to B15), paths (B37 to B40), the wire (B41 to B45), directories (B46). One host
// takes all of them while it scans at 50 ms and is watched.

const good = 'PROGRAM Main VAR n : DINT; END_VAR n := n + 1; END_PROGRAM';
let host: HostProcess;
let client: PlcClient;
let socket: Server | undefined;
const scans: bigint[] = [];
const gaps: string[] = [];

beforeAll(async () => {
  host = await startHost({ files: { 'main.st': good }, args: ['main.st', '--scan-interval', '50ms', '--start'] });
  client = host.client('tester');
  const watch = client.watch({ classes: ['scan'], start: 'latest', lossless: true });
  void (async () => {
    for await (const item of watch as AsyncIterable<WatchItem>) {
      if (item.kind === 'reset' || item.kind === 'snapshot') gaps.push(item.kind);
      if (item.kind !== 'events') continue;
      for (const { event } of item.events) {
        if (event.payload.case !== 'scan' || event.payload.value.between) continue;
        const { scan } = event.payload.value;
        const last = scans.at(-1);
        if (last !== undefined && scan !== last + 1n) gaps.push(`${last}..${scan}`);
        scans.push(scan);
      }
    }
  })().catch((error: unknown) => gaps.push(String(error)));
  await eventually(() => scans.length > 2);
}, 30_000);
afterAll(async () => {
  socket?.close();
  await host.dispose();
});
// Whatever came: the watcher has each scan, the same connection answers, and the project is the one it was.
afterEach(async () => {
  expect((await client.diagnostics.getHost()).version).not.toBe('');
  const last = scans.length;
  await eventually(() => scans.length > last);
  expect(gaps).toEqual([]);
  const { state } = await client.runtime.getState();
  expect([state?.mode, state?.project, state?.revision]).toEqual([RunMode.RUNNING, 'main', 1n]);
});

interface Outcome {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly ms: number;
}
async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  const began = performance.now();
  try {
    await call;
    return { code: 0, reason: '', message: '', ms: performance.now() - began };
  } catch (error) {
    const { code, reason, message } = error as Outcome;
    return { code, reason, message, ms: performance.now() - began };
  }
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Opened into a runtime of its own: what is accepted does not replace the project that scans. */
const inline = (...documents: [string, string | Uint8Array][]) =>
  client.project.openProject(
    {
      runtime: 'other',
      source: {
        case: 'inline',
        value: { documents: documents.map(([name, content]) => ({ name, content: typeof content === 'string' ? bytes(content) : content })) },
      },
    },
    { timeoutMs: 20_000 },
  ); // prettier-ignore
const fromPath = (path: string) =>
  client.project.openProject({ runtime: 'other', source: { case: 'path', value: path } }, { timeoutMs: 20_000 });
const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(join(host.directory, name), content);
  return name;
};
const sparse = async (name: string, size: number): Promise<string> => {
  const handle = await openFile(join(host.directory, name), 'w');
  await handle.truncate(size);
  await handle.close();
  return name;
};

const st = (text: string, variables: readonly string[] = ['x:INT']): string =>
  projectXml({ pous: programXml(variables, `<ST><xhtml xmlns="http://www.w3.org/1999/xhtml">${text}</xhtml></ST>`) });
const doctype = (subset: string, root = '<project>&a;</project>'): string => `<!DOCTYPE project [${subset}]>${root}`;
const laughs = doctype(
  `<!ENTITY a0 "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join('')}`,
  '<project>&a9;</project>',
);
const utf16 = (text: string): Uint8Array => Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]);
const task = (attributes: string, more = ''): string =>
  projectXml({
    pous: programXml(['x'], '<ST><xhtml xmlns="http://www.w3.org/1999/xhtml">;</xhtml></ST>'),
    configurations: `<configuration name="c"><resource name="r"><task name="t" ${attributes}><pouInstance name="i" typeName="main"/></task>${more}</resource></configuration>`,
  });
const pou = (name: string): string =>
  `<pou name="${name}" pouType="program"><interface/><body><ST><xhtml xmlns="http://www.w3.org/1999/xhtml">;</xhtml></ST></body></pou>`;
const fbd = (body: string): string => projectXml({ pous: programXml(['a', 'b'], `<FBD>${body}</FBD>`) });
const position = '<position x="0" y="0"/>';
const block = (id: number, from: number): string =>
  `<block localId="${id}" typeName="NOT">${position}<inputVariables><variable formalParameter="IN"><connectionPointIn><connection refLocalId="${from}"/></connectionPointIn></variable></inputVariables><inOutVariables/><outputVariables><variable formalParameter="OUT"><connectionPointOut/></variable></outputVariables></block>`;
const wires = (count: number): string =>
  `<inVariable localId="1">${position}<connectionPointOut/><expression>a</expression></inVariable><outVariable localId="2">${position}<connectionPointIn>${'<connection refLocalId="1"/>'.repeat(count)}</connectionPointIn><expression>b</expression></outVariable>`;

/** Codes of gRPC: 0 OK, 3 INVALID_ARGUMENT, 5 NOT_FOUND, 7 PERMISSION_DENIED, 8 RESOURCE_EXHAUSTED, 10 ABORTED. */
type Row = [
  title: string,
  open: () => Promise<unknown>,
  codes: number | readonly number[],
  reason?: RegExp | undefined,
  message?: RegExp | undefined,
  mostMs?: number,
];
const documents: readonly Row[] = [
  ['B1 billion laughs', () => inline(['a.xml', laughs]), 3, /^XML_DOCTYPE$/],
  ['B2 an external file', () => inline(['a.xml', doctype('<!ENTITY a SYSTEM "file:///etc/passwd">')]), 3, /^XML_DOCTYPE$/],
  ['B2 an external address', () => inline(['a.xml', doctype('<!ENTITY % a SYSTEM "http://169.254.169.254/"> %a;')]), 3, /^XML_DOCTYPE$/],
  ['B3 two DOCTYPEs', () => inline(['a.xml', `<!DOCTYPE a><!DOCTYPE b>${st('x := 1;')}`]), 3, /^XML_DOCTYPE$/],
  ['B3 a DOCTYPE after 1 MB of comments', () => inline(['a.xml', `${`<!--${' '.repeat(96)}-->`.repeat(10_000)}<!DOCTYPE a><a/>`]), 3, /^XML_DOCTYPE$/],
  ['B3 a DOCTYPE in UTF-16', () => inline(['a.xml', utf16(doctype('<!ENTITY a "b">'))]), 3, /^XML_DOCTYPE$/],
  ['B4 a million numeric references', async () => fromPath(await file('b4.xml', st(`(*${'&#65;'.repeat(1_000_000)}*) x := 1;`))), [0, 8], undefined, undefined, 10_000],
  ['B5 a depth of 200,000', () => inline(['a.xml', '<a>'.repeat(200_000)]), 3, /^XML_DEPTH$/],
  ['B5 a depth of 200,000 in a project', () => inline(['a.xml', projectXml({ pous: '<pou>'.repeat(200_000) })]), 3, /^XML_DEPTH$/],
  ['B6 100,000 attributes', () => inline(['a.xml', `<project ${Array.from({ length: 100_000 }, (_, i) => `a${i}=""`).join(' ')}/>`]), 3],
  ['B6 an attribute twice', () => inline(['a.xml', '<project a="1" a="2"/>']), 3, /^XML_MALFORMED$/, /\d+:\d+/],
  ['B7 an attribute of 50 MB', async () => fromPath(await file('b7.xml', `<project a="${'x'.repeat(50e6)}"/>`)), 8, /^FILE_TOO_LARGE$/],
  ['B7 a file of 1 GB', async () => fromPath(await sparse('b7-1.xml', 1e9)), 8, /^FILE_TOO_LARGE$/, undefined, 500],
  ['B7 a file of 40 GB', async () => fromPath(await sparse('b7-40.xml', 40e9)), 8, /^FILE_TOO_LARGE$/, undefined, 500],
  ['B8 tags that do not match', () => inline(['a.xml', '<r><a></r>']), 3, /^XML_MALFORMED$/, /1:\d+/],
  ['B8 a NUL', () => inline(['a.xml', st('x := \0 1;')]), 3, undefined, /\d+:\d+/],
  ['B8 U+FFFE', () => inline(['a.xml', st('x := \ufffe 1;')]), 3, undefined, /\d+:\d+/],
  ['B8 bytes that are no UTF-8', () => inline(['a.xml', Buffer.concat([bytes(st('x := 1;').slice(0, 200)), Buffer.of(0xc3, 0x28), bytes(st('x := 1;').slice(200))])]), 3, undefined, /\d+:\d+/],
  ['B9 names of JavaScript', () => inline(['a.st', 'TYPE constructor : STRUCT __proto : INT; toString : INT; END_STRUCT; END_TYPE FUNCTION_BLOCK hasOwnProperty VAR valueOf : INT; END_VAR END_FUNCTION_BLOCK PROGRAM prototype VAR toString : constructor; constructor1 : hasOwnProperty; END_VAR toString.toString := 3; END_PROGRAM']), 0],
  ['B9 __proto__ as a name', () => inline(['a.xml', projectXml({ pous: pou('__proto__') })]), [0, 3]],
  ['B10 another root', () => inline(['a.xml', '<svg xmlns="http://www.w3.org/2000/svg"/>']), 3, /^NOT_PLCOPEN$/],
  ['B10 a namespace of tomorrow', () => inline(['a.xml', st('x := 1;').replace('tc6_0201', 'tc6_9901')]), 3, /^NOT_PLCOPEN$/],
  ['B10 10 MB of unknown data', async () => fromPath(await file('b10.xml', projectXml({ pous: programXml(['x'], '<ST><xhtml xmlns="http://www.w3.org/1999/xhtml">;</xhtml></ST>'), more: `<addData><data name="http://x/y" handleUnknown="preserve"><z>${'<q a="b">text</q>'.repeat(600_000)}</z></data></addData>` }))), [0, 3, 8]],
  ['B11 100,000 POUs', async () => fromPath(await file('b11.st', Array.from({ length: 100_000 }, (_, i) => `FUNCTION F${i} : INT F${i} := 1; END_FUNCTION`).join('\n'))), 8, /^(COMPILE_LIMIT|TOO_|FILE_)/, /\d/, 20_000],
  ['B11 a million variables', async () => fromPath(await file('b11v.st', `PROGRAM Main VAR ${Array.from({ length: 1_000_000 }, (_, i) => `v${i}:INT;`).join('')} END_VAR END_PROGRAM`)), 8, /^(COMPILE_LIMIT|TOO_|FILE_)/, /\d/, 20_000],
  ['B12 POUs whose names differ in case', () => inline(['a.xml', projectXml({ pous: pou('main') + pou('MAIN') })]), 3, /^PROJECT_HAS_ERRORS$/],
  ['B12 a file twice', () => inline(['a.st', good], ['a.st', good]), 3, /^INVALID_REQUEST$/],
  ['B12 a POU in two files', () => inline(['a.st', good], ['b.st', good]), 3, /^PROJECT_HAS_ERRORS$/],
  ['B13 functions in a loop', () => inline(['a.xml', fbd(block(1, 2) + block(2, 1))]), [0, 3]],
  ['B13 a wire from nowhere', () => inline(['a.xml', fbd(`<outVariable localId="2">${position}<connectionPointIn><connection refLocalId="77"/></connectionPointIn><expression>b</expression></outVariable>`)]), 3, /^PROJECT_HAS_ERRORS$/],
  ['B13 100,000 wires to one pin', async () => fromPath(await file('b13.xml', fbd(wires(100_000)))), [0, 3], undefined, undefined, 10_000],
  ['B14 a task twice', () => inline(['a.xml', task('interval="T#10ms" priority="1"', '<task name="T" interval="T#20ms" priority="1"/>')]), 3, /^PROJECT_HAS_ERRORS$/],
  ['B14 an interval of 0', () => inline(['a.xml', task('interval="T#0s" priority="1"')]), 3, /^PROJECT_HAS_ERRORS$/],
  ['B14 a negative interval', () => inline(['a.xml', task('interval="T#-5ms" priority="1"')]), 3, /^PROJECT_HAS_ERRORS$/],
  ['B14 an interval beyond 64 bits', () => inline(['a.xml', task('interval="T#999999999d" priority="1"')]), 3, /^PROJECT_HAS_ERRORS$/],
  ['B14 a priority of 2^31', () => inline(['a.xml', task('interval="T#10ms" priority="2147483648"')]), 3, /^PROJECT_HAS_ERRORS$/],
]; // prettier-ignore

const paths: readonly Row[] = [
  ['B37 ../../etc', () => fromPath('../../etc'), 7, /^PATH_REFUSED$/],
  ['B37 an absolute path elsewhere', () => fromPath('/etc/passwd'), 7, /^PATH_REFUSED$/],
  ['B37 %2e%2e', () => fromPath('%2e%2e/%2E%2E/etc/passwd'), 7, /^PATH_REFUSED$/],
  ['B37 a NUL', () => fromPath('main.st\0.xml'), 7, /^PATH_REFUSED$/],
  ['B37 backslashes', () => fromPath('..\\..\\etc\\passwd'), 7, /^PATH_REFUSED$/],
  ['B37 5,000 characters', () => fromPath('x/'.repeat(2500)), 7, /^PATH_REFUSED$/],
  ['B37 a part of 300 characters', () => fromPath(`${'x'.repeat(300)}/main.st`), 7, /^PATH_REFUSED$/],
  ['B37 a name of 300 characters', () => fromPath('x'.repeat(300)), 7, /^PATH_REFUSED$/],
  ['B38 a link out', async () => (await symlink('/etc/passwd', at('out.xml')), fromPath('out.xml')), 7, /^PATH_REFUSED$/],
  ['B38 a link inside', async () => (await symlink(at('main.st'), at('in.st')), fromPath('in.st')), 7, /^PATH_REFUSED$/],
  ['B38 a linked directory', async () => (await symlink('/etc', at('etc')), fromPath('etc/passwd')), 7, /^PATH_REFUSED$/],
  ['B38 a loop of links', async () => (await symlink(at('l2'), at('l1')), await symlink(at('l1'), at('l2')), fromPath('l1/main.st')), [3, 7], /^(PATH_REFUSED|INVALID_REQUEST)$/],
  ['B38 a hard link', async () => (await file('h1.st', good), await link(at('h1.st'), at('h2.st')), fromPath('h2.st')), 7, /^PATH_REFUSED$/],
  ['B39 a FIFO', () => (execFileSync('mkfifo', [at('f.xml')]), fromPath('f.xml')), 3, /^NOT_A_FILE$/, undefined, 500],
  ['B39 a socket', async () => ((socket = createServer()), await new Promise<void>((done) => socket!.listen(at('s.xml'), done)), fromPath('s.xml')), 3, /^NOT_A_FILE$/, undefined, 500],
  ['B39 /dev/zero', () => fromPath('/dev/zero'), 7, /^PATH_REFUSED$/, undefined, 500],
  ['B39 its own memory', () => fromPath('/proc/self/mem'), 7, /^PATH_REFUSED$/, undefined, 500],
  ['B39 a directory without sources', async () => (await mkdir(at('empty')), fromPath('empty')), 3, /^NOT_A_FILE$/, undefined, 500],
  ['B40 a file that is gone', () => fromPath('gone.xml'), 5, /^FILE_NOT_FOUND$/],
  ['B40 a file of no bytes', async () => fromPath(await file('zero.xml', '')), 10, /^FILE_CHANGED$/],
  ['B46 a depth of 40 directories', async () => (await mkdir(at('deep/'.repeat(40)), { recursive: true }), fromPath('deep')), 8, /^TOO_MANY_ITEMS$/],
]; // prettier-ignore
const at = (name: string): string => join(host.directory, name);

describe('a bad project', () => {
  it.each([...documents, ...paths].map((row): [string, Row] => [row[0], row]))(
    '%s gets its status and reason',
    async (_what, [, open, codes, reason, message, mostMs = 2000]) => {
      let outcome = await outcomeOf(open());
      // Other programs may keep the machine busy.
      for (let again = 0; again < 2 && outcome.ms >= mostMs; again += 1) outcome = await outcomeOf(open());
      const wanted = typeof codes === 'number' ? [codes] : codes;
      expect({ wanted, ...outcome }).toMatchObject({ code: wanted.includes(outcome.code) ? outcome.code : wanted[0] });
      if (reason) expect(outcome.reason).toMatch(reason);
      if (message) expect(outcome.message).toMatch(message);
      expect(outcome.ms).toBeLessThan(mostMs);
    },
    60_000,
  );

  it('B8: cut off anywhere is refused with the place', async () => {
    const whole = st(`(* ${'words '.repeat(2000)} *) x := 1;`);
    for (let length = 1024; length < whole.length; length += 1024) {
      const outcome = await outcomeOf(inline(['a.xml', whole.slice(0, length)]));
      expect([length, outcome.code, outcome.reason]).toEqual([length, 3, 'XML_MALFORMED']);
      expect(outcome.message).toMatch(/\d+:\d+/);
    }
  });

  it('B10: 200 unknown elements are at most 100 findings, and how many more there are', async () => {
    const unknown = Array.from({ length: 200 }, (_, i) => `<strange${i}/>`).join('');
    const { diagnostics } = await inline(['a.xml', st('x := 1;').replace('<types>', `${unknown}<types>`)]);
    expect(diagnostics.length).toBeLessThanOrEqual(101);
    if (diagnostics.length > 0) expect(diagnostics.at(-1)!.message).toMatch(/\d+ (more|further)/);
  });

  it('B9: leaves the prototypes of the host alone', async () => {
    await outcomeOf(
      inline([
        'a.st',
        'TYPE __proto__ : STRUCT x : INT; polluted : INT; END_STRUCT; END_TYPE PROGRAM constructor VAR __proto__ : INT; END_VAR END_PROGRAM',
      ]),
    );
    const { diagnostics } = await client.project.build({ documents: [{ name: 'a.st', content: bytes(good) }] });
    expect(diagnostics).toEqual([]);
  });

  it('B15: a call that is cancelled, and a client that is gone, leave the project that was', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `FUNCTION F${i} : INT F${i} := ${i}; END_FUNCTION`).join(
      '\n',
    );
    await file('many.st', `${many}\n${good}`);
    const opening = { source: { case: 'path' as const, value: 'many.st' } };
    const stop = new AbortController();
    const cancelled = outcomeOf(client.project.openProject(opening, { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    expect((await cancelled).code).not.toBe(0);
    const second = host.client('second');
    const gone = outcomeOf(second.project.openProject(opening));
    setTimeout(() => second.close(), 100);
    await gone;
    // A turn behind both of them: whatever they were to do has been done.
    await client.project.planReload({});
    expect((await client.project.getProject()).project).toMatchObject({ name: 'main', revision: 1n });
  }, 60_000);

  it('B15: a host that is killed while it opens a project starts again with the project that was', async () => {
    const own = await startHost({ files: { 'main.st': good }, args: ['main.st', '--start'], keep: true });
    const many = Array.from({ length: 8000 }, (_, i) => `FUNCTION F${i} : INT F${i} := ${i}; END_FUNCTION`).join('\n');
    await own.file('many.st', `${many}\n${good}`);
    const tester = own.client('tester');
    const opened = outcomeOf(tester.project.openProject({ source: { case: 'path', value: 'many.st' } }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await own.stop('SIGKILL');
    expect((await opened).code).not.toBe(0);
    await own.dispose();
    const next = await startHost({ directory: own.directory, args: ['main.st', '--start'] });
    try {
      const { project } = await next.client('tester').project.getProject();
      expect(project).toMatchObject({ name: 'main', revision: 1n });
      expect(await readFile(join(own.directory, 'main.st'), 'utf8')).toBe(good);
    } finally {
      await next.dispose();
    }
  }, 60_000);

  it('B39: five FIFOs at once hold up nobody', async () => {
    for (let i = 0; i < 5; i += 1) execFileSync('mkfifo', [at(`fifo${i}.xml`)]);
    const began = performance.now();
    const outcomes = await Promise.all([
      ...Array.from({ length: 5 }, (_, i) => outcomeOf(fromPath(`fifo${i}.xml`))),
      outcomeOf(fromPath('gone.xml')),
    ]);
    expect(outcomes.map(({ reason }) => reason)).toEqual([...Array<string>(5).fill('NOT_A_FILE'), 'FILE_NOT_FOUND']);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('B38, B40: a file that is swapped for a link, or written, while it is opened, is never read from elsewhere', async () => {
    await writeFile(at('turn.st'), good);
    await symlink('/etc/passwd', at('turn.link'));
    let going = true;
    const turning = (async () => {
      while (going) {
        await rename(at('turn.st'), at('turn.tmp')).catch(() => undefined);
        await rename(at('turn.link'), at('turn.st')).catch(() => undefined);
        await rename(at('turn.st'), at('turn.link')).catch(() => undefined);
        await rename(at('turn.tmp'), at('turn.st')).catch(() => undefined);
      }
    })();
    const outcomes = [];
    for (let i = 0; i < 40; i += 1) outcomes.push(await outcomeOf(fromPath('turn.st')));
    going = false;
    await turning;
    expect(
      outcomes.filter(({ code, reason }) => code !== 0 && !/^(PATH_REFUSED|FILE_NOT_FOUND|FILE_CHANGED)$/.test(reason)),
    ).toEqual([]);
  }, 30_000);

  it('B42: names with format marks, control characters and a megabyte are plain text everywhere', async () => {
    const nasty = '%s%n\r\n\u001b[31m\u2028\u0007';
    const outcome = await outcomeOf(client.project.getPou({ name: nasty.repeat(20_000) }));
    expect([outcome.code, outcome.reason]).toEqual([5, 'POU_NOT_FOUND']);
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(outcome.message).not.toMatch(/[\u0000-\u001f\u2028]/);
    expect(outcome.message.length).toBeLessThan(1100);
    await outcomeOf(fromPath(`${nasty}.st`));
    await outcomeOf(inline([`${nasty}.st`, `PROGRAM P VAR s : STRING := '${'%s'.repeat(100)}'; END_VAR END_PROGRAM`]));
    // eslint-disable-next-line no-control-regex -- as above
    expect(host.stderr() + host.stdout()).not.toMatch(/\u001b\[31m|\u0007|\u2028/);
    for (const line of host
      .stderr()
      .split('\n')
      .filter((l) => l.startsWith('{')))
      expect(() => JSON.parse(line) as unknown).not.toThrow();
  });
});

describe('the wire', () => {
  const path = (): string => host.target.slice('unix:'.length);
  const frame = (flag: number, length: number, body: Uint8Array): Buffer => {
    const head = Buffer.alloc(5);
    head[0] = flag;
    head.writeUInt32BE(length, 1);
    return Buffer.concat([head, body]);
  };
  /** One call by hand; gives the status, from headers or trailers, or what else became of it. */
  const call = (method: string, body: Uint8Array, more: OutgoingHttpHeaders = {}): Promise<string> =>
    new Promise((done) => {
      const session = connectHttp2('http://localhost', { createConnection: () => connect(path()) });
      const end = (what: string): void => {
        done(what);
        session.destroy();
      };
      session.on('error', (error: Error) => end(`session ${error.message}`));
      const request = session.request({ ':method': 'POST', ':path': method, 'content-type': 'application/grpc', te: 'trailers', ...more });
      let status: string | undefined;
      let http = '';
      request.on('response', (headers: IncomingHttpHeaders) => {
        http = String(headers[':status']);
        status = headers['grpc-status']?.toString();
      });
      request.on('trailers', (trailers: IncomingHttpHeaders) => (status ??= trailers['grpc-status']?.toString()));
      request.on('error', (error: Error) => end(status ?? `stream ${error.message}`));
      request.on('close', () => end(status ?? `http ${http}`));
      request.on('data', () => undefined);
      request.end(body);
    }); // prettier-ignore
  const getHost = '/plcemu.v1.DiagnosticsService/GetHost';

  it('B41: a method that is not there, with 64 kB of garbage, is UNIMPLEMENTED, and no long line of log', async () => {
    const before = host.stderr().length;
    const garbage = Buffer.alloc(65_536, 0xff);
    expect(await call('/plcemu.v1.DiagnosticsService/Nothing', frame(0, garbage.length, garbage))).toBe('12');
    expect(await call(`/${'x'.repeat(4000)}/y`, frame(0, garbage.length, garbage))).toBe('12');
    for (const line of host.stderr().slice(before).split('\n')) expect(line.length).toBeLessThanOrEqual(1024);
  });

  it('B43: a length of 4 GB is RESOURCE_EXHAUSTED at once', async () => {
    const began = performance.now();
    expect(await call(getHost, frame(0, 0xffffffff, Buffer.alloc(10)))).toBe('8');
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('B44: garbage that says it is gzip is refused', async () => {
    expect(await call(getHost, frame(1, 10, Buffer.alloc(10, 7)), { 'grpc-encoding': 'gzip' })).toMatch(/^(12|13)$/);
    // Without an encoding it is taken for a message, and is none.
    expect(await call(getHost, frame(1, 10, Buffer.alloc(10, 7)))).toMatch(/^(3|12|13)$/);
  });

  const literal = (name: string, value: string): number[] => [
    0,
    name.length,
    ...bytes(name),
    value.length,
    ...bytes(value),
  ];
  const http2Frame = (type: number, flags: number, stream: number, body: readonly number[]): Buffer =>
    Buffer.from([
      body.length >> 16,
      (body.length >> 8) & 255,
      body.length & 255,
      type,
      flags,
      0,
      0,
      0,
      stream,
      ...body,
    ]);
  const usual = [
    ...literal(':method', 'POST'),
    ...literal(':scheme', 'http'),
    ...literal(':authority', 'x'),
    ...literal('te', 'trailers'),
  ];
  it.each<[string, number, readonly number[]]>([
    ['no :path', 1, [...usual, ...literal('content-type', 'application/grpc')]],
    ['a header in capitals', 1, [...usual, ...literal(':path', getHost), ...literal('Content-Type', 'application/grpc')]],
    ['another content type', 1, [...usual, ...literal(':path', getHost), ...literal('content-type', 'text/html')]],
    ['headers on stream 2', 2, [...usual, ...literal(':path', getHost), ...literal('content-type', 'application/grpc')]],
    ['headers that are no headers', 1, [255, 255, 255, 255, 255, 255]],
  ])('B45: %s ends the stream or the connection, and nothing else', async (_what, stream, headers) => {
    const answered = await new Promise<boolean>((done) => {
      const raw = connect(path(), () =>
        raw.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), http2Frame(4, 0, 0, []), http2Frame(1, 5, stream, headers)])),
      );
      let received = Buffer.alloc(0);
      const timer = setTimeout(() => {
        raw.destroy();
        done(false);
      }, 4000);
      raw.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        // HEADERS, RST_STREAM or GOAWAY after the SETTINGS of the server.
        for (let from = 0; from + 9 <= received.length; from += 9 + received.readUIntBE(from, 3))
          if ([1, 3, 7].includes(received[from + 3]!)) {
            clearTimeout(timer);
            raw.destroy();
            done(true);
          }
      });
      raw.on('error', () => undefined);
      raw.on('close', () => {
        clearTimeout(timer);
        done(true);
      });
    });
    expect(answered).toBe(true);
  }); // prettier-ignore
});

describe('B46: a directory that changes without end', () => {
  it('is told of at most once a second, and the newest state is what runs', async () => {
    const own = await startHost({ args: ['--scan-interval', '50ms'] });
    try {
      const other = own.client('tester');
      await mkdir(join(own.directory, 'many'));
      for (let i = 0; i < 500; i += 1) await own.file(`many/f${i}.st`, `FUNCTION F${i} : INT F${i} := ${i}; END_FUNCTION`);
      await own.file('many/main.st', good);
      await other.project.openProject({ source: { case: 'path', value: 'many' }, start: true });
      const began = performance.now();
      let writes = 0;
      for (; performance.now() - began < 2500; writes += 1) await own.file(`many/f${writes % 500}.st`, `FUNCTION F${writes % 500} : INT F${writes % 500} := ${-writes}; END_FUNCTION`);
      await own.file('many/main.st', good.replace('n + 1', 'n + 2'));
      await eventually(async () => (await other.project.getPou({ name: 'Main' })).pou!.source.includes('n + 2'), 10_000);
      const { revision } = (await other.project.getProject()).project!;
      expect(Number(revision)).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - began) / 1000));
      expect(Number(revision)).toBeGreaterThan(1);
      expect(writes).toBeGreaterThan(20);
    } finally {
      await own.dispose();
    }
  }, 60_000); // prettier-ignore
});

const manifestText = (value: unknown): string => (typeof value === 'string' ? value : '');
describeCorpus('the bad documents of the corpus, over the API', () => {
  const rows = corpusManifest('bad').map((row) => ({
    name: manifestText(row['file']),
    expected: manifestText(row['expect'] ?? 'reject: one clear diagnostic, nothing loaded'),
    // `2 s, 256 MB`
    limitMs: 1000 * Number(/^(\d+) s/.exec(manifestText(row['limit']))?.[1] ?? 2),
  }));
  it.each(rows)('$name: $expected', async ({ name, expected, limitMs }) => {
    const content = await readFile(join(corpusFolder, name));
    const outcome = await outcomeOf(inline([name.split('/').at(-1)!, content]));
    expect([0, 3, 8]).toContain(outcome.code);
    expect(outcome.ms).toBeLessThan(limitMs);
    if (/^accept$/.test(expected)) expect(outcome.code).toBe(0);
    if (/^reject: one clear diagnostic, nothing loaded$/.test(expected)) expect(outcome.code).not.toBe(0);
    // Loaded or not: what it does when it runs stays its own affair.
    if (outcome.code === 0 && expected.startsWith('runtime-fault')) {
      await client.runtime.start({ runtime: 'other' });
      await eventually(async () => (await client.runtime.getState({ runtime: 'other' })).state?.mode === RunMode.FAULTED, 10_000);
      await client.runtime.reset({ runtime: 'other' });
    }
  }, 30_000); // prettier-ignore
});
