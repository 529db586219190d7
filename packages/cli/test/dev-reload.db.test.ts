import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { databases } from '../../engine/test/servers/databases.ts';
import { patience, runTasker, startTasker } from './run-tasker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-dev-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engine = fileURLToPath(new URL('../../engine/src/index.ts', import.meta.url));
const greeting = (text: string) => `export const greeting: string = ${JSON.stringify(text)};\n`;
const shop = `import { defineTask } from ${JSON.stringify(engine)};
import { greeting } from './greeting.ts';
export const greet = defineTask({ namespace: 'shop', name: 'greet', version: '1.0.0' })
  .step('hello', { run: () => ({ said: greeting }) });
`;
const order = (attempts: number) => `name: order
namespace_name: shop
version: 1.0.0
steps:
  - name: check
    handler: { callable: ./handlers.mjs#check }
    retry: { max_attempts: ${attempts} }
`;

it.each(databases.filter(({ concurrent }) => concurrent).slice(0, 1))(
  'dev registers again what changes, says where what is broken is, and goes on with the last that was good, on $name',
  patience,
  async (kind) => {
    const { url: database } = await kind.fresh();
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'greeting.ts'), greeting('hello'));
    writeFileSync(join(folder, 'shop.ts'), shop);
    mkdirSync(join(folder, 'templates'));
    writeFileSync(join(folder, 'templates', 'order.yaml'), order(2));
    writeFileSync(join(folder, 'templates', 'handlers.mjs'), 'export const check = () => ({ fine: true });\n');

    const dev = startTasker(['dev', '--tasks', 'shop.ts', '--templates', 'templates'], { database, cwd: folder });
    await dev.saying(/Ctrl-C stops/);
    const submit = async (name: string) => {
      const { out } = await runTasker(['task', 'submit', name, '--wait', '--json'], { database, cwd: folder });
      return out;
    };
    expect(await submit('shop/greet')).toContain('"said": "hello"');
    expect(await submit('shop/order')).toContain('"fine": true');

    writeFileSync(join(folder, 'greeting.ts'), greeting('good day'));
    await dev.noting(/Loaded again: shop\.ts, templates\./);
    expect(await submit('shop/greet')).toContain('"said": "good day"');

    writeFileSync(join(folder, 'greeting.ts'), 'export const greeting = ;\n');
    await dev.noting(/greeting\.ts:1:\d+.*What was loaded before goes on\./);
    expect(await submit('shop/greet')).toContain('"said": "good day"');

    writeFileSync(join(folder, 'templates', 'order.yaml'), order(4));
    await dev.noting(/Registered shop\/order@1\.0\.0, revision 2\./);
    writeFileSync(join(folder, 'templates', 'order.yaml'), `${order(5)}stpes: []\n`);
    await dev.noting(/templates\/order\.yaml:8:1: UNKNOWN_KEY Unknown key `stpes`\. Did you mean `steps`\?/);
    expect(await submit('shop/order')).toContain('"fine": true');

    writeFileSync(join(folder, 'templates', 'handlers.mjs'), 'export const check = () => ({ fine: "very" });\n');
    writeFileSync(join(folder, 'greeting.ts'), greeting('good evening'));
    await dev.noting(/(Loaded again[\s\S]*){2}/);
    expect(await submit('shop/order')).toContain('"fine": "very"');

    dev.signal('SIGTERM');
    expect((await dev.ended).code).toBe(0);
  },
);
