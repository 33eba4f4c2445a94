import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from '../../../server/src/store/atomic-file.js';
import { openDataDir } from '../../../server/src/store/data-dir.js';
import { nodeFileSystem } from '../../../server/src/store/file-system.js';
import { openStore } from '../../../server/src/store/open-store.js';
import { probeProcess } from '../../../server/src/store/process-probe.js';
import { refusal } from '../../support/event-host.js';
import { manualTime } from '../../support/manual-time.js';
import type { MemoryFileSystem } from '../../support/memory-file-system.js';
import { memoryFileSystem } from '../../support/memory-file-system.js';

const dead = { running: false, birth: '' };
const mine = { userId: 1000, processId: 10, machine: 'm', probe: () => dead, timers: manualTime().timers };

describe('a data directory on this machine', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'data-dir-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('is made with mode 0700, parents too, and holds files of mode 0600', async () => {
    const path = join(root, 'a', 'b');
    const store = await openStore({ directory: path });
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(path))
      expect([name, statSync(join(path, name)).mode & 0o777]).toEqual([name, 0o600]);
    await store.close();
    expect(existsSync(join(path, 'lock'))).toBe(false);
  });

  it.each([
    [
      'others can write to it',
      (path: string) => {
        mkdirSync(path);
        chmodSync(path, 0o777);
      },
    ],
    [
      'its group can write to it',
      (path: string) => {
        mkdirSync(path);
        chmodSync(path, 0o770);
      },
    ],
    [
      'it is a symbolic link',
      (path: string) => {
        mkdirSync(`${path}.real`, { mode: 0o700 });
        symlinkSync(`${path}.real`, path);
      },
    ],
    ['it is a file', (path: string) => writeFileSync(path, '')],
  ])('is refused where %s', async (_, prepare) => {
    const path = join(root, 'data');
    prepare(path);
    await expect(openDataDir(path)).rejects.toMatchObject({ reason: 'PATH_REFUSED', metadata: { path } });
  });

  it('is refused where it belongs to another account', async () => {
    mkdirSync(join(root, 'data'), { mode: 0o700 });
    await expect(openDataDir(join(root, 'data'), { userId: 4711 })).rejects.toMatchObject({ reason: 'PATH_REFUSED' });
  });

  it('is locked by the process that uses it, and the lock of a dead one is replaced', async () => {
    const path = join(root, 'data');
    const first = await openDataDir(path);
    // To another process this one is alive, and is the one that took the lock.
    await expect(openDataDir(path, { processId: process.pid + 1 })).rejects.toMatchObject({
      reason: 'BUSY',
      metadata: { pid: String(process.pid) },
    });
    await first.release();
    writeFileSync(
      join(path, 'lock'),
      JSON.stringify({ pid: process.pid, birth: 'of an earlier process', machine: hostname() }),
    );
    const second = await openDataDir(path, { processId: process.pid + 1 });
    expect(readFileSync(join(path, 'lock'), 'utf8')).toContain(String(process.pid + 1));
    await second.release();
  });

  it('follows no symbolic link inside', async () => {
    const path = join(root, 'data');
    mkdirSync(path, { mode: 0o700 });
    writeFileSync(join(root, 'victim'), 'precious');
    symlinkSync(join(root, 'victim'), join(path, 'journal.mark'));
    symlinkSync(join(root, 'victim'), join(path, 'host.a'));
    const store = await openStore({ directory: path });
    await store.close();
    expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('precious');
  });

  it('gives paths of plain names only', async () => {
    const dir = await openDataDir(join(root, 'data'));
    for (const name of ['../x', 'a/b', '', '.hidden', '..', 'a\0b'])
      expect(() => dir.file(name)).toThrow(refusal('PATH_REFUSED'));
    expect(dir.file('retain-main.a')).toBe(join(root, 'data', 'retain-main.a'));
    await dir.release();
  });

  it('replaces a file as a whole', async () => {
    const path = join(root, 'file');
    await writeFileAtomically(nodeFileSystem, path, new TextEncoder().encode('one'));
    await writeFileAtomically(nodeFileSystem, path, new TextEncoder().encode('two'));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(root)).toEqual(['file']);
  });

  it('knows which processes run', () => {
    expect(probeProcess(process.pid)).toMatchObject({ running: true });
    expect(probeProcess(2 ** 22 + 1).running).toBe(false);
    expect(probeProcess(1).running).toBe(true);
  });
});

describe('the lock', () => {
  const fsWithLock = async (holder: object): Promise<MemoryFileSystem> => {
    const fs = memoryFileSystem();
    await fs.makeDirectory('/data');
    fs.files.set('/data/lock', new TextEncoder().encode(JSON.stringify(holder)));
    return fs;
  };

  it.each([
    ['of a running process', { pid: 5, birth: 'b', machine: 'm' }, { running: true, birth: 'b' }, 'BUSY'],
    [
      'of a process whose number another has now',
      { pid: 5, birth: 'b', machine: 'm' },
      { running: true, birth: 'c' },
      'taken',
    ],
    ['of a dead process', { pid: 5, birth: 'b', machine: 'm' }, dead, 'taken'],
    ['of this very process number', { pid: 10, birth: 'b', machine: 'm' }, { running: true, birth: 'b' }, 'taken'],
    ['that was torn', { pid: 'x' }, dead, 'taken'],
  ])('%s: %p', async (_, holder, probed, outcome) => {
    const fs = await fsWithLock(holder);
    const opened = openDataDir('/data', { ...mine, fs, probe: () => probed }).then(
      () => 'taken',
      (error: unknown) => (error as { reason: string }).reason,
    );
    expect(await opened).toBe(outcome);
  });

  it('of another machine is taken when it shows no sign of life, and respected when it does', async () => {
    for (const beating of [false, true]) {
      const time = manualTime();
      const fs = memoryFileSystem();
      await fs.makeDirectory('/data');
      if (beating) await openDataDir('/data', { ...mine, fs, timers: time.timers, machine: 'other' });
      else
        fs.files.set('/data/lock', new TextEncoder().encode(JSON.stringify({ pid: 5, birth: '', machine: 'other' })));
      const opened = openDataDir('/data', { ...mine, fs, timers: time.timers }).then(
        () => 'taken',
        (error: unknown) => (error as { reason: string }).reason,
      );
      await time.advance(6000);
      expect(await opened).toBe(beating ? 'BUSY' : 'taken');
    }
  });

  it('goes to one of ten that find it stale at once', async () => {
    const fs = await fsWithLock({ pid: 5, birth: 'b', machine: 'm' });
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        openDataDir('/data', {
          ...mine,
          fs,
          processId: 100 + i,
          probe: (pid) => ({ running: pid !== 5, birth: `${pid}` }),
        }).then(
          () => 'taken',
          (error: unknown) => (error as { reason: string }).reason,
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'taken').length).toBe(1);
    expect(outcomes.filter((outcome) => outcome === 'BUSY').length).toBe(9);
  });

  it('is no reason not to run where the disk is full or read-only', async () => {
    for (const code of ['ENOSPC', 'EROFS']) {
      const fs = memoryFileSystem();
      await fs.makeDirectory('/data');
      fs.fault = (operation) => (operation === 'open' ? code : undefined);
      await expect(openDataDir('/data', { ...mine, fs })).resolves.toMatchObject({ path: '/data' });
    }
  });

  it('lets no draft of an interrupted replacement stay', async () => {
    const fs = memoryFileSystem();
    await fs.makeDirectory('/data');
    fs.files.set('/data/.state.0123456789ab.tmp', new Uint8Array(3));
    fs.files.set('/data/keep.tmp', new Uint8Array(3));
    await openDataDir('/data', { ...mine, fs });
    expect([...fs.files.keys()].sort()).toEqual(['/data/keep.tmp', '/data/lock']);
  });
});
