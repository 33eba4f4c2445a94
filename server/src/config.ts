import { readFileSync } from 'node:fs';
import { HostError } from './model/host-error.js';
import { formatAddress, isLoopback, parseListenAddress, type ListenAddress } from './transport/address.js';

/** A setting that is wrong or unknown. The host exits 78 (EX_CONFIG) before it binds anything. */
export class ConfigError extends Error {
  constructor(
    readonly key: string,
    message: string,
  ) {
    super(`${key}: ${message}`);
    this.name = 'ConfigError';
  }
}

/** Every setting of the host. */
export interface Config {
  /** File or directory to open; absent: the project of the last time, if any. */
  readonly project?: string;
  readonly listen: readonly ListenAddress[];
  readonly http?: ListenAddress & { kind: 'tcp' };
  readonly dataDir: string;
  readonly start: boolean;
  readonly newcomer: boolean;
  readonly scanIntervalNs?: bigint;
  readonly profile: string;
  readonly roots: readonly string[];
  readonly watch: boolean;
  readonly tokenFile?: string;
  readonly insecurePlaintext: boolean;
  readonly tcpReflection: boolean;
  readonly watchdogMs: number;
  readonly compileMemoryMiB: number;
  readonly compileTimeoutMs: number;
  readonly logLevel: LogLevel;
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

interface Setting {
  /** Key in a configuration file; the flag is `--` and the environment variable `PLC_EMU_` in front of `flag`. */
  readonly name: keyof Config;
  readonly flag: string;
  readonly kind: 'text' | 'list' | 'switch' | 'number' | 'duration' | 'address' | 'addresses';
  /** As it would be written; absent: no default. */
  readonly default?: string;
  readonly unit?: string;
  readonly least?: number;
  readonly most?: number;
  readonly choices?: readonly string[];
  readonly help: string;
}

/** The one table of settings. Durations are written with a unit: `100ms`, `2s`, `500us`; bounds are in `unit`. */
export const settings: readonly Setting[] = [
  {
    name: 'listen',
    flag: 'listen',
    kind: 'addresses',
    help: 'unix:PATH or HOST:PORT; may be repeated; default unix:DATA_DIR/plc-emu.sock',
  },
  { name: 'http', flag: 'http', kind: 'address', help: 'HOST:PORT for /metrics and /healthz' },
  {
    name: 'dataDir',
    flag: 'data-dir',
    kind: 'text',
    default: '.plc-emu',
    help: 'directory of the journal, retained variables and the token',
  },
  { name: 'start', flag: 'start', kind: 'switch', default: 'false', help: 'start scanning when the project is open' },
  {
    name: 'newcomer',
    flag: 'newcomer',
    kind: 'switch',
    default: 'false',
    help: 'also listen on loopback TCP with a token, and say what to try',
  },
  {
    name: 'scanIntervalNs',
    flag: 'scan-interval',
    kind: 'duration',
    unit: 'ms',
    least: 0.1,
    most: 3_600_000,
    help: 'tick of projects without tasks',
  },
  {
    name: 'profile',
    flag: 'profile',
    kind: 'text',
    default: 'iec',
    choices: ['iec', 'codesys', 'matiec', 'twincat'],
    help: 'dialect of projects',
  },
  {
    name: 'roots',
    flag: 'root',
    kind: 'list',
    default: '.',
    help: 'directory whose files clients may open; may be repeated',
  },
  { name: 'watch', flag: 'watch', kind: 'switch', default: 'true', help: 'follow changes of the project files' },
  {
    name: 'tokenFile',
    flag: 'token-file',
    kind: 'text',
    help: 'token for TCP; default DATA_DIR/token, made when missing',
  },
  {
    name: 'insecurePlaintext',
    flag: 'insecure-plaintext',
    kind: 'switch',
    default: 'false',
    help: 'TCP beyond loopback without TLS, behind a proxy that has it',
  },
  { name: 'tcpReflection', flag: 'tcp-reflection', kind: 'switch', default: 'false', help: 'reflection on TCP, too' },
  {
    name: 'watchdogMs',
    flag: 'watchdog',
    kind: 'duration',
    default: '1s',
    unit: 'ms',
    least: 10,
    most: 600_000,
    help: 'least time that a scan may take',
  },
  {
    name: 'compileMemoryMiB',
    flag: 'compile-memory',
    kind: 'number',
    default: '1024',
    unit: 'MiB',
    least: 64,
    most: 16_384,
    help: 'heap of the compiler',
  },
  {
    name: 'compileTimeoutMs',
    flag: 'compile-timeout',
    kind: 'duration',
    default: '30s',
    unit: 'ms',
    least: 100,
    most: 600_000,
    help: 'longest compile',
  },
  {
    name: 'logLevel',
    flag: 'log-level',
    kind: 'text',
    default: 'info',
    choices: logLevels,
    help: 'least severity on stderr',
  },
];

/** Given settings by name: the texts of each, in order. */
type Given = Map<string, { readonly texts: readonly string[]; readonly key: string }>;

/** Reads flags, environment and file, in this order of precedence. ConfigError names the key that is wrong. */
export function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config {
  const flags = readFlags(argv);
  const file = flags.file ?? env.PLC_EMU_CONFIG;
  const given: Given = new Map([...(file === undefined ? [] : readFile(file)), ...readEnv(env), ...flags.given]);
  const values: Record<string, unknown> = {};
  for (const setting of settings) {
    const found = given.get(setting.name);
    const texts = found?.texts ?? (setting.default === undefined ? undefined : [setting.default]);
    if (texts) values[setting.name] = convert(setting, texts, found?.key ?? setting.name);
  }
  if (flags.project !== undefined) values.project = flags.project;
  const config = values as unknown as Config;
  if (config.listen) {
    const open = config.listen.find((a) => a.kind === 'tcp' && !isLoopback(a.host));
    if (open && !config.insecurePlaintext) {
      throw new ConfigError(
        'tlsCert',
        `${formatAddress(open)} is not loopback, so it needs TLS, and there is no certificate; listen on loopback, or set --insecure-plaintext behind a proxy that has TLS.`,
      );
    }
    return config;
  }
  return { ...config, listen: [{ kind: 'unix', path: `${config.dataDir}/plc-emu.sock` }] };
}

function readFlags(argv: readonly string[]): { given: Given; file?: string; project?: string } {
  const given: Given = new Map();
  let file: string | undefined;
  let project: string | undefined;
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i]!;
    if (!word.startsWith('--')) {
      if (project !== undefined)
        throw new ConfigError(word, 'there is one PROJECT already; name one file or directory.');
      project = word;
      continue;
    }
    const equals = word.indexOf('=');
    const flag = word.slice(2, equals < 0 ? undefined : equals);
    const inline = equals < 0 ? undefined : word.slice(equals + 1);
    const take = (): string => {
      if (inline !== undefined) return inline;
      i += 1;
      const next = argv[i];
      if (next === undefined) throw new ConfigError(`--${flag}`, 'its value is missing.');
      return next;
    };
    if (flag === 'config') {
      file = take();
      continue;
    }
    if (flag === 'stdio') throw new ConfigError('--stdio', 'JSON-RPC over stdio is not supported yet; use a socket.');
    const negated = flag.startsWith('no-') ? flag.slice(3) : undefined;
    const setting = settings.find((s) => s.flag === flag || (s.kind === 'switch' && s.flag === negated));
    if (!setting)
      throw new ConfigError(
        `--${flag}`,
        `there is no such setting; there are ${settings.map((s) => `--${s.flag}`).join(' ')} --config.`,
      );
    const text = setting.kind === 'switch' ? (inline ?? String(negated === undefined)) : take();
    const repeatable = setting.kind === 'list' || setting.kind === 'addresses';
    const before = repeatable ? (given.get(setting.name)?.texts ?? []) : [];
    given.set(setting.name, { texts: [...before, text], key: `--${setting.flag}` });
  }
  return { given, ...(file !== undefined && { file }), ...(project !== undefined && { project }) };
}

function readEnv(env: NodeJS.ProcessEnv): Given {
  const given: Given = new Map();
  for (const setting of settings) {
    const key = `PLC_EMU_${setting.flag.toUpperCase().replaceAll('-', '_')}`;
    const text = env[key];
    // The client's token file is the host's, too: they are the same file.
    if (text === undefined || text === '') continue;
    const many = setting.kind === 'list' || setting.kind === 'addresses';
    given.set(setting.name, { texts: many ? text.split(',').map((t) => t.trim()) : [text], key });
  }
  return given;
}

function readFile(path: string): Given {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(
      'config',
      `${path} can't be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new ConfigError('config', `${path} must hold one JSON object.`);
  const given: Given = new Map();
  for (const [key, value] of Object.entries(json)) {
    const setting = settings.find((s) => s.flag === key || s.name === key);
    if (!setting)
      throw new ConfigError(
        key,
        `${path} has a key that is no setting; there are ${settings.map((s) => s.flag).join(', ')}.`,
      );
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!items.every((item) => ['string', 'number', 'boolean'].includes(typeof item)))
      throw new ConfigError(key, 'its value must be text, a number, true or false, or a list of texts.');
    given.set(setting.name, { texts: items.map(String), key });
  }
  return given;
}

function convert(setting: Setting, texts: readonly string[], key: string): unknown {
  const [text = ''] = texts.slice(-1);
  switch (setting.kind) {
    case 'text':
      if (text === '') throw new ConfigError(key, 'its value is empty.');
      if (setting.choices && !setting.choices.includes(text))
        throw new ConfigError(key, `'${text}' is none of ${setting.choices.join(', ')}.`);
      return text;
    case 'list':
      return texts;
    case 'switch':
      if (text !== 'true' && text !== 'false') throw new ConfigError(key, `'${text}' is neither true nor false.`);
      return text === 'true';
    case 'number':
      return bounded(setting, key, /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN, text);
    case 'duration': {
      const ms = bounded(setting, key, durationMs(text), text);
      return setting.name === 'scanIntervalNs' ? BigInt(Math.round(ms * 1e6)) : ms;
    }
    case 'address':
    case 'addresses':
      return addresses(setting, key, texts);
  }
}

function addresses(setting: Setting, key: string, texts: readonly string[]): unknown {
  const found = texts.map((text) => {
    try {
      return parseListenAddress(text);
    } catch (error) {
      throw new ConfigError(key, error instanceof HostError ? error.message : String(error));
    }
  });
  if (setting.kind === 'addresses') return found;
  if (found[0]?.kind !== 'tcp') throw new ConfigError(key, 'it must be HOST:PORT.');
  return found[0];
}

function durationMs(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)(ns|us|ms|s|m|h)$/.exec(text);
  const factor: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return match ? Number(match[1]) * factor[match[2]!]! : Number.NaN;
}

function bounded(setting: Setting, key: string, value: number, text: string): number {
  const { least = 0, most = Number.MAX_SAFE_INTEGER, unit = '' } = setting;
  if (Number.isNaN(value))
    throw new ConfigError(
      key,
      setting.kind === 'duration'
        ? `'${text}' is no duration; write a number and a unit, like 100ms.`
        : `'${text}' is no whole number.`,
    );
  if (value < least || value > most) throw new ConfigError(key, `'${text}' is outside of ${least} to ${most} ${unit}.`);
  return value;
}

/** The settings as help text. */
export function settingsHelp(): string {
  return settings
    .map((s) => {
      const value =
        s.kind === 'switch'
          ? ''
          : ` ${s.kind === 'duration' ? '100ms' : s.kind.startsWith('address') ? 'ADDRESS' : s.kind === 'number' ? 'N' : 'VALUE'}`;
      return `  --${`${s.flag}${value}`.padEnd(28)} ${s.help}${s.default === undefined ? '' : ` (default ${s.default})`}`;
    })
    .join('\n');
}
