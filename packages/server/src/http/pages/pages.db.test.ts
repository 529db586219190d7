import { expect, it } from 'vitest';
import { describeOneDatabase } from '../../../../engine/test/servers/databases.ts';
import { counting } from '../../../test/counting.ts';
import { startTasker } from '../../../test/start.ts';
import { startServer } from '../../../test/start-server.ts';
import { diamond, templateOf } from '../../../test/template.ts';

describeOneDatabase((kind) => {
  it('the start page draws the templates and lists the latest tasks, and takes names for what they are', async () => {
    const { db } = await kind.fresh();
    const tasker = await startTasker(db, { templates: [diamond], worker: false });
    await tasker.register({
      ...templateOf({ a: [] }, { name: 'odd' }),
      description: '<script>alert(1)</script> & "x"',
    });
    const task = await tasker.submit({ namespace: 'shapes', name: 'diamond', context: {} });
    const { url } = await startServer(tasker);
    const response = await fetch(url);
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).toContain(task.id);
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;x&#34;');
    expect(page).not.toContain('<script>');
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  it('the start page draws a template once, and again when its content changes', async () => {
    const { db } = await kind.fresh();
    const { counted, statements } = counting(db);
    const drawn = () => statements('documents_of_revisions');
    const tasker = await startTasker(counted, { worker: false });
    const { url } = await startServer(tasker);
    const page = async () => (await fetch(url)).text();
    const register = (step: string) =>
      tasker.register(templateOf({ [step]: [] }, { name: 'moving' }), { replace: true });
    await register('first');
    expect([await page(), await page()].every((text) => text.includes('>first<'))).toBe(true);
    expect(drawn()).toBe(1);
    await register('second');
    const text = await page();
    expect([text.includes('>first<'), text.includes('>second<')]).toEqual([false, true]);
    expect(drawn()).toBe(2);
  });

  it('the start page leads to a graph that is too large to be drawn on it', async () => {
    const { db } = await kind.fresh();
    const steps = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`step_${index}`, []]));
    const tasker = await startTasker(db, { templates: [diamond, templateOf(steps, { name: 'wide' })], worker: false });
    const { url } = await startServer(tasker);
    const page = await (await fetch(url)).text();
    expect(page.match(/<svg/g)).toHaveLength(1);
    const [, path] = /href="([^"]*wide\/graph[^"]*)"/.exec(page) ?? [];
    const graph = await fetch(url + path?.replaceAll('&#38;', '&'));
    expect([graph.status, graph.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8']);
  });

  it('the reference can be browsed without anything from elsewhere', async () => {
    const { db } = await kind.fresh();
    const { url, send } = await startServer(await startTasker(db, { worker: false }));
    const page = await (await fetch(`${url}/tasker/docs`)).text();
    expect(page).not.toMatch(/https?:\/\//);
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(files).toHaveLength(3);
    for (const file of files) {
      const asset = await fetch(url + file);
      expect([asset.status, (await asset.text()).length > 50]).toEqual([200, true]);
    }
    expect(await send('GET', '/docs/..%2Fpackage.json')).toMatchObject({ status: 404 });
    const reference = await send('GET', '/openapi.json');
    expect(reference.body).toMatchObject({ openapi: '3.1.0' });
    const etag = reference.headers.get('etag') ?? '';
    expect(await send('GET', '/openapi.json', undefined, { 'if-none-match': etag })).toMatchObject({ status: 304 });
  });
});
