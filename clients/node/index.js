// The built client; its sources are in src/, and `npm run build` at the top writes what is exported here.
export * from '../../dist/clients/node/src/index.js';
