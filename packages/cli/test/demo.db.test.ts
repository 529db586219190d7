import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTemplateYaml } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { processOrder } from '../src/demo/process-order.ts';
import { patience, runTasker } from './run-tasker.ts';

it(
  'runs an order to completion, with one payment time-out on the way, on a database of its own',
  patience,
  async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'tasker-demo-'));
    // As root the server runs as somebody else, who must get in.
    chmodSync(cwd, 0o755);
    onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));

    // Whatever database is set for the application, the demo stays away from it.
    const demo = await runTasker(['demo'], { cwd, database: 'postgres://127.0.0.1:1/production' });
    expect(demo.err).toBe('');
    expect(demo.code).toBe(0);
    expect(existsSync(join(cwd, '.tasker/demo'))).toBe(true);
    const told = demo.out.split('\n').map((line) => line.slice(10));
    expect(told).toContainEqual(
      expect.stringMatching(/^process_payment error, attempt 1, 1\.\d s: TIMEOUT: .*; next attempt in/),
    );
    expect(told).toContainEqual(expect.stringMatching(/^process_payment complete, attempt 2, /));
    expect(told).toContainEqual(expect.stringMatching(/^task complete, /));
    expect(demo.out).toMatch(/^validate_cart +\{"total":124\.76,"item_count":3\}$/m);
    expect(demo.out).toMatch(/^create_order +\{.*"order_number":"ORD-\d{8}-[0-9A-F]{8}"/m);
    expect(demo.out).not.toContain('\u001B');

    const again = await runTasker(['demo', '--json'], { cwd });
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({
      status: 'complete',
      workflow_steps: expect.arrayContaining([expect.objectContaining({ name: 'process_payment', attempts: 2 })]),
    });
  },
);

it('has the graph of the first example', () => {
  const file = new URL('../../../examples/01-checkout/process-order.yaml', import.meta.url);
  const [example] = readTemplateYaml(readFileSync(file, 'utf8'));
  const graph = (document: typeof example) => document?.steps.map(({ name, dependencies }) => ({ name, dependencies }));
  expect(graph(processOrder.document)).toEqual(graph(example));
  const { namespace_name, name, version } = processOrder.document;
  expect(`${namespace_name}/${name}@${version}`).toBe('ecommerce/process_order@1.0.0');
});
