import pino from 'pino';

/** Values as the rooms give them to a log. */
type Fields = Readonly<Record<string, string | number | boolean | bigint | undefined>>;

/** JSON Lines on stderr, and to whoever is attached. Looks like model/log.ts, which this room may import but does not need. */
export interface HostLog {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** Every line of severity info and above goes there, too, from now on. */
  attach(sink: LogSink): void;
  detach(): void;
  /** Writes what is buffered. */
  flush(): void;
}
export type LogSink = (
  severity: 'info' | 'warning' | 'error',
  message: string,
  fields: Readonly<Record<string, string>>,
) => void;

/** Longest value of a field on stderr, characters; stacks and names of users can be long. */
const maxField = 8000;

export function createHostLog(
  level: string,
  destination: pino.DestinationStream & { flushSync?: () => void } = pino.destination({ fd: 2, sync: false }),
): HostLog {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  let sink: LogSink | undefined;
  const plain = (fields: Fields): Record<string, string | number | boolean> => {
    const result: Record<string, string | number | boolean> = {};
    for (const [key, value] of Object.entries(fields)) {
      if (value === undefined) continue;
      result[key] =
        typeof value === 'bigint' ? value.toString() : typeof value === 'string' ? value.slice(0, maxField) : value;
    }
    return result;
  };
  const tell = (
    severity: 'info' | 'warning' | 'error',
    message: string,
    fields: Record<string, string | number | boolean>,
  ): void => {
    const { error: _stack, ...rest } = fields;
    try {
      sink?.(
        severity,
        message.slice(0, maxField),
        Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, String(v).slice(0, 1000)])),
      );
    } catch {
      // The event log is closing: stderr has the line.
    }
  };
  return {
    debug: (message, fields = {}) => logger.debug(plain(fields), message.slice(0, maxField)),
    info: (message, fields = {}) => {
      const values = plain(fields);
      logger.info(values, message.slice(0, maxField));
      tell('info', message, values);
    },
    warn: (message, fields = {}) => {
      const values = plain(fields);
      logger.warn(values, message.slice(0, maxField));
      tell('warning', message, values);
    },
    error: (message, fields = {}) => {
      const values = plain(fields);
      logger.error(values, message.slice(0, maxField));
      tell('error', message, values);
    },
    attach: (given) => void (sink = given),
    detach: () => void (sink = undefined),
    flush: () => {
      try {
        destination.flushSync?.();
      } catch {
        // Nothing was written yet, or stderr is gone.
      }
    },
  };
}
