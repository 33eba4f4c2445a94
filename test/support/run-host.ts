// The host of the tree that this file was compiled into, as `plc-emu host` starts it.
const host = new URL('../../server/src/main.bundle.js', import.meta.url).href;
const { runHost } = (await import(host)) as typeof import('../../server/src/main.js');
process.exitCode = await runHost(process.argv.slice(2));
