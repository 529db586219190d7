import { expect, it } from 'vitest';
import { listenAddress } from './listen-address.ts';

it.each([
  [{}, {}, { host: '127.0.0.1', port: 3000, isDefaultPort: true }],
  [{}, { TASKER_HOST: '', TASKER_PORT: '', PORT: '' }, { host: '127.0.0.1', port: 3000, isDefaultPort: true }],
  [{}, { TASKER_HOST: '0.0.0.0', PORT: '80' }, { host: '0.0.0.0', port: 80, isDefaultPort: false }],
  [{}, { TASKER_PORT: '81', PORT: '80' }, { host: '127.0.0.1', port: 81, isDefaultPort: false }],
  [{}, { TASKER_PORT: 'tcp://10.0.0.1:80' }, { host: '127.0.0.1', port: 3000, isDefaultPort: true }],
  [{ host: '::1', port: '0' }, { TASKER_PORT: '81' }, { host: '::1', port: 0, isDefaultPort: false }],
])('%o with %o is %o', (options, env, address) => {
  expect(listenAddress(options, env)).toEqual(address);
});

it.each(['x', '-1', '65536', '1.5', ' '])('%o is no port', (port) => {
  expect(() => listenAddress({ port }, {})).toThrow(/--port, TASKER_PORT or PORT/);
});
