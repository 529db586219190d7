import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runTasker } from './run-tasker.ts';

const well = { status: 'healthy', message: 'It answers.', response_time_ms: 1 };
const ill = { status: 'unhealthy', message: 'Migrations are missing.', response_time_ms: 1 };
const unready = {
  ready: false,
  checks: { database: well, migrations: ill, listener: well, lease: well },
  message: '1 of 4 checks failed.',
  timestamp: '2026-11-20T12:00:00.000Z',
  check_duration: 0.01,
  failed_checks: ['migrations'],
};

let asked = 0;
const server = createServer((_, response) => {
  asked += 1;
  response.writeHead(503, { 'content-type': 'application/json' });
  response.end(JSON.stringify(unready));
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  url = `http://127.0.0.1:${address.port}`;
});
afterAll(() => server.close());

it('ends with exit code 1 when a server is not ready, says why, and asks once', async () => {
  const { code, out } = await runTasker(['health', '--url', url]);
  expect(out).toMatch(/^not ready: 1 of 4 checks failed\.\n✓ database: .*\n✗ migrations: Migrations are missing\.\n/);
  expect({ code, asked }).toEqual({ code: 1, asked: 1 });
});

it('gives machines the answer itself', async () => {
  const { code, out } = await runTasker(['health', 'ready', '--url', url, '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual(unready);
});
