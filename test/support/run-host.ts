import { runHost } from '../../server/src/main.js';

// The host of the tree that this file was compiled into.
process.exitCode = await runHost(process.argv.slice(2));
