import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, settings, settingsHelp } from '../../server/src/config.js';

describe('the settings of the host', () => {
  it('have defaults that need nothing', () => {
    expect(readConfig([], {})).toEqual({
      listen: [{ kind: 'unix', path: '.plc-emu/plc-emu.sock' }],
      dataDir: '.plc-emu', start: false, newcomer: false, profile: 'iec', roots: ['.'], watch: true, insecurePlaintext: false,
      tcpReflection: false, watchdogMs: 1000, compileMemoryMiB: 1024, compileTimeoutMs: 30_000, logLevel: 'info',
    }); // prettier-ignore
  });

  it('come from flags, else the environment, else the file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'plc-emu-'));
    const file = join(directory, 'c.json');
    writeFileSync(
      file,
      JSON.stringify({ profile: 'matiec', 'scan-interval': '20ms', 'data-dir': 'from-file', watch: false }),
    );
    const config = readConfig(['--config', file, '--profile=codesys', 'line.xml'], {
      PLC_EMU_DATA_DIR: 'from-env',
      PLC_EMU_PROFILE: 'twincat',
    });
    expect(config).toMatchObject({
      profile: 'codesys',
      dataDir: 'from-env',
      scanIntervalNs: 20_000_000n,
      watch: false,
      project: 'line.xml',
    });
    rmSync(directory, { recursive: true });
  });

  it('repeat where they are lists', () => {
    const config = readConfig(['--listen', 'unix:a', '--listen', '[::1]:0', '--root', '/a', '--root', '/b'], {});
    expect(config.listen).toHaveLength(2);
    expect(config.roots).toEqual(['/a', '/b']);
    expect(readConfig([], { PLC_EMU_ROOT: '/x, /y' }).roots).toEqual(['/x', '/y']);
  });

  it.each([
    [['--watchdog', '5ms'], '--watchdog'],
    [['--watchdog', '5'], '--watchdog'],
    [['--compile-memory', '1e3'], '--compile-memory'],
    [['--start=maybe'], '--start'],
    [['--root', 'a', '--nope'], '--nope'],
    [['--listen', '[::]:1'], 'tlsCert'],
    [['--log-level', 'loud'], '--log-level'],
  ])('%j names the key that is wrong', (argv, key) => {
    expect(() => readConfig(argv, {})).toThrow(expect.objectContaining({ key }) as Error);
  });

  it('allow plaintext beyond loopback only when told so, and switches can be taken back', () => {
    expect(readConfig(['--listen', '0.0.0.0:1', '--insecure-plaintext'], {}).insecurePlaintext).toBe(true);
    expect(readConfig(['--no-watch'], {}).watch).toBe(false);
  });

  it('are all in the help', () => {
    for (const { flag } of settings) expect(settingsHelp()).toContain(`--${flag}`);
  });
});
