/** The Node client of plc-emu: typed calls, and a watch that survives dropped connections. */
export { createClient, type ClientOptions, type PlcClient } from './client.js';
export { type Commands } from './commands.js';
export { type Change, type ColumnValue } from './columns.js';
export { PlcError } from './plc-error.js';
export { type BidiCall, type CallOptions, type ServiceClient } from './service-client.js';
export { resolveTarget, type Target, type TargetOptions } from './target.js';
export { type Watch, type WatchRequestOptions } from './watch.js';
export { type CoalescedInfo, type EventClassName, type WatchEvent, type WatchItem } from './watch-item.js';
