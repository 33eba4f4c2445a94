#!/usr/bin/env node
// Picks the program for a verb: the host and the offline verbs are the server's, everything else is a client.
import { existsSync, readFileSync } from 'node:fs';

const dist = new URL('../../../dist/', import.meta.url);
if (!existsSync(dist)) {
  process.stderr.write('plc-emu: not built yet; run "npm run build" first.\n');
  process.exit(2);
}
const [verb, ...rest] = process.argv.slice(2);
// A reader that has seen enough closes the pipe: `plc-emu watch | head`. That ends a client, and is nothing to a host.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  if (verb !== 'host') process.exit(0);
});
let code;
if (verb === 'host') {
  // Below this the modules of the host can't even be read, and what Node says then helps nobody.
  const files = openFiles();
  if (files < 128) {
    process.stderr.write(
      `plc-emu host: at most ${files} files may be open, and it takes 128 at least: run "ulimit -n 1024" first.\n`,
    );
    process.exit(78);
  }
  const { runHost } = await import(new URL('server/src/main.bundle.js', dist).href);
  code = await runHost(rest);
} else if (verb === 'check' || verb === 'simulate' || verb === 'test') {
  const { runOffline } = await import(new URL('server/src/offline/index.bundle.js', dist).href);
  code = await runOffline(verb, rest);
} else {
  const { runClient } = await import(new URL('clients/cli/src/main.bundle.js', dist).href);
  code = await runClient(process.argv.slice(2));
}
process.exitCode = code;

/** The limit of open files; infinite where it is not known. */
function openFiles() {
  try {
    return Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
