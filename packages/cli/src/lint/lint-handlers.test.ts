import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { lintHandlers } from './lint-handlers.ts';
import { handlerRules } from './rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inClass = (body: string) => `export class Charge extends StepHandler {\n${body}\n}`;
const inCall = (body: string) => inClass(`  async call(context) {\n    ${body}\n  }`);
const beside = (text: string) => `${inClass('  call() { return {}; }')}\n${text}`;

/** For each rule code that breaks it, the line and column of the finding, and code that does not. */
const cases: readonly (readonly [rule: string, broken: string, place: string, fine: string])[] = [
  [
    'no-instance-state',
    inCall('this.#total = 1;'),
    '3:5',
    inClass('  constructor(port) { super(); this.port = port; }'),
  ],
  [
    'one-extraction',
    inClass('  #read(c) { return c.getInput("a"); }\n  call(c) { return c.getInput("b"); }'),
    '3:20',
    inClass('  #read(c) { return [c.getInput("a"), c.inputData]; }\n  call(c) { return this.#read(c); }'),
  ],
  [
    'parse-at-boundary',
    inCall('const a = context.getInput("a") as Cart;'),
    '3:15',
    inCall('const a = parse(context.getInput("a"));'),
  ],
  [
    'behind-a-port',
    inCall('await fetch(url, { signal: context.signal });'),
    '3:11',
    beside('export function ask(signal) { return fetch(url, { signal }); }'),
  ],
  [
    'classified-failure',
    inCall('throw new Error("no");'),
    '3:11',
    inCall('throw new PermanentError("no", { errorCode: "NO" });'),
  ],
  [
    'classified-failure',
    inCall('throw new PermanentError("no");'),
    '3:11',
    inCall('throw new RetryableError("busy");'),
  ],
  [
    'checked-response',
    beside('async function ask(port) { const r = await port.get(); return r.json(); }'),
    '4:63',
    beside('async function ask(port) { const r = await port.get(); if (!r.ok) throw refusal(r); return r.json(); }'),
  ],
  [
    'safe-shaping',
    beside('function formatResult(r) { throw new RetryableError("odd"); }'),
    '4:34',
    beside('function formatResult(r) { throw new PermanentError("odd", { errorCode: "RESULT_PROCESSING_FAILED" }); }'),
  ],
  [
    'narrow-catch',
    inCall('try { await this.port(); } catch { return {}; }'),
    '3:32',
    inCall('try { await this.port(); } catch (e) { if (!(e instanceof Busy)) throw e; }'),
  ],
  [
    'plain-formatter',
    beside('function formatResult(context, r) { return {}; }'),
    '4:1',
    beside('function formatResult(inputs, r) { return {}; }'),
  ],
  [
    'plain-formatter',
    beside('const formatResult = async (r) => ({});'),
    '4:7',
    beside('const formatResult = (r) => ({});'),
  ],
  ['result-contract', inCall('return { orderId: 1 };'), '3:14', inCall('return { order_id: 1 };')],
  ['result-contract', inCall('return this.success({ error: "no" });'), '3:27', inCall('return this.failure("no");')],
  [
    'result-contract',
    'export const a = defineHandler("a", {}, () => ({ at: new Date() }));',
    '1:50',
    'export const a = defineHandler("a", {}, () => ({ at: new Date().toISOString() }));',
  ],
  [
    'time-limit',
    beside('const ask = () => fetch(url);'),
    '4:19',
    beside('const ask = (signal) => fetch(url, { signal });'),
  ],
  [
    'idempotency-key',
    beside('const ask = (signal) => fetch(url, { signal, method: "POST" });'),
    '4:25',
    beside(
      'const ask = (signal, idempotencyKey) => fetch(url, { signal, method: "POST", headers: { k: idempotencyKey } });',
    ),
  ],
  [
    'no-secrets-in-logs',
    inCall('context.logger.info({ password });'),
    '3:5',
    inCall('context.logger.info("the password was wrong");'),
  ],
];

let number = 0;
async function findingsIn(text: string, name = `case-${(number += 1)}`) {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, text);
  return (await lintHandlers([file])).findings;
}

it.each(cases)('%s finds %j at %s, and nothing in %j', async (rule, broken, place, fine) => {
  const places = async (text: string) =>
    (await findingsIn(text)).flatMap((found) => (found.rule === rule ? [`${found.line}:${found.column}`] : []));
  expect(await places(broken)).toEqual([place]);
  expect(await places(fine)).toEqual([]);
});

it('every rule has a case, and the ten of the guide are all there', () => {
  expect(new Set([...cases.map(([rule]) => rule), 'test-beside'])).toEqual(new Set(Object.keys(handlerRules)));
  const numbers = Object.values(handlerRules).flatMap(({ number: each }) => each ?? []);
  expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

it('misses a test beside handlers, and does not where there is one', async () => {
  const text = beside('');
  expect(await findingsIn(text, 'alone')).toMatchObject([{ rule: 'test-beside', line: 1, column: 1 }]);
  writeFileSync(join(folder, 'tested.test.ts'), '');
  expect(await findingsIn(text, 'tested')).toEqual([]);
});

it('is quiet where a comment says so, where there is no handler, and reports what is no code', async () => {
  writeFileSync(join(folder, 'quiet.test.ts'), '');
  expect(
    await findingsIn(inCall('// tasker-lint-ignore classified-failure\n    throw new Error("no");'), 'quiet'),
  ).toEqual([]);
  expect(await findingsIn('throw new Error("not a handler");')).toEqual([]);
  expect(await findingsIn('const = 1;\n')).toMatchObject([{ rule: 'syntax', severity: 'error', line: 1 }]);
});

it.each([
  [
    'a step in code',
    "export const order = defineTask({ name: 'order' }).step('charge', {\n  run: async () => {\n    BODY\n  },\n});",
  ],
  ['an object of handlers', "export const handlers = {\n  'shop.charge': async (context) => {\n    BODY\n  },\n};"],
])('looks at handlers that are %s', async (_, text) => {
  const rules = async (body: string) =>
    (await findingsIn(text.replace('BODY', body))).flatMap(({ rule, line }) =>
      rule === 'test-beside' ? [] : [`${rule} ${line}`],
    );
  expect(await rules('await fetch(url, { signal: context.signal });')).toEqual(['behind-a-port 3']);
  expect(await rules('throw new Error("no");')).toEqual(['classified-failure 3']);
  expect(await rules('return { orderId: 1 };')).toEqual(['result-contract 3']);
  expect(await rules('return { order_id: 1 };')).toEqual([]);
});

it('leaves alone what a module does when it is loaded', async () => {
  const found = await findingsIn(beside('if (!port) throw new Error("There is no port.");'), 'loaded');
  expect(found.map(({ rule }) => rule)).toEqual(['test-beside']);
});

it('knows the names that handlers go by', async () => {
  const file = join(folder, 'named.ts');
  writeFileSync(
    file,
    `${inClass("  static override readonly handlerName = 'shop.charge';")}\ndefineApiHandler('shop.ask', {}, () => 1);`,
  );
  expect([...(await lintHandlers([file])).handlerNames]).toEqual(['shop.charge', 'shop.ask']);
  writeFileSync(file, "export const handlers = { 'shop.pack': pack, ship: () => ({}) };");
  expect([...(await lintHandlers([file])).handlerNames]).toEqual(['shop.pack', 'ship']);
});
