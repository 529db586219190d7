import { expect, it, onTestFinished } from 'vitest';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import { createTasker, defineTask } from '../index.ts';
import { listNamespaces } from './list-namespaces.sql.ts';
import { listTemplates, type TemplatePage, type TemplatePosition, type TemplateView } from './list-templates.sql.ts';

const work = (namespace: string, name: string, version: string, description = '') =>
  defineTask({ namespace, name, version, description }).step('only', { run: () => ({}) });

describeEachDatabase((kind) => {
  it('lists templates with the version first that `latest` means, each in its newest revision', async () => {
    const { db } = await kind.fresh();
    const tasker = await createTasker({ database: db, worker: false });
    onTestFinished(() => tasker.stop());
    for (const version of ['1.9.0', '2.0.0-rc.1', '1.10.0']) await tasker.register(work('shop', 'order', version));
    await tasker.register(work('bank', 'refund', '0.1.0'));
    await tasker.register(work('shop', 'order', '1.9.0', 'changed').document, { replace: true });

    const { templates: all } = await listTemplates(db);
    expect(all.map(({ namespace, name, version }) => `${namespace}/${name}@${version}`)).toEqual([
      'bank/refund@0.1.0',
      'shop/order@1.10.0',
      'shop/order@1.9.0',
      'shop/order@2.0.0-rc.1',
    ]);
    const { templates } = await listTemplates(db, { namespace: 'shop', name: 'order', version: '1.9.0' });
    expect(templates).toMatchObject([{ revision: 2, document: { description: 'changed' } }]);
    expect(await listTemplates(db, { name: 'nothing' })).toEqual({ templates: [], nextAfter: undefined });
  });

  it('lists page after page what a whole list has, wherever a page ends (TC-105)', async () => {
    const { db } = await kind.fresh();
    const tasker = await createTasker({ database: db, worker: false });
    onTestFinished(() => tasker.stop());
    for (const version of ['1.9.0', '2.0.0-rc.1', '1.10.0', '0.1.0'])
      for (const name of ['order', 'a.b', 'a/b']) await tasker.register(work('shop', name, version));
    for (const namespace of ['bank', 'shop-2', 'shop.2']) await tasker.register(work(namespace, 'order', '1.9.0'));

    const filters = [{}, { namespace: 'shop' }, { name: 'order' }, { version: '1.9.0' }, { namespace: 'nowhere' }];
    for (const filter of filters) {
      const whole = await listTemplates(db, filter);
      expect(whole.nextAfter).toBeUndefined();
      for (const limit of [1, 2, 3, 5, 100]) {
        const paged: TemplateView[] = [];
        for (let after: TemplatePosition | undefined, more = true; more; ) {
          const page: TemplatePage = await listTemplates(db, filter, { after, limit });
          expect(page.templates.length).toBeLessThanOrEqual(limit);
          paged.push(...page.templates);
          after = page.nextAfter;
          more = after !== undefined;
        }
        expect(paged).toEqual(whole.templates);
      }
    }
    // a page may begin behind what is not there, or not any more
    const after = { namespace: 'shop', name: 'a.b', version: '1.9.9' };
    expect((await listTemplates(db, {}, { after, limit: 1 })).templates).toMatchObject([
      { name: 'a.b', version: '1.9.0' },
    ]);
  });

  it('lists namespaces with what is in them and who serves them', async () => {
    const { db } = await kind.fresh();
    const tasker = await createTasker({ database: db, tasks: [work('shop', 'order', '1.0.0')] });
    onTestFinished(() => tasker.stop());
    await tasker.register(work('shop', 'order', '1.1.0').document);
    expect(await listNamespaces(db)).toEqual([
      { name: 'default', description: null, templates: 0, workers: 0 },
      { name: 'shop', description: null, templates: 1, workers: 1 },
    ]);
    await tasker.stop();
    expect(await listNamespaces(db)).toMatchObject([{ workers: 0 }, { workers: 0 }]);
  });
});
