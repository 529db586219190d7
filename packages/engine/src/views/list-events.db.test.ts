import { expect, it } from 'vitest';
import { start } from '../../test/scenarios/start.ts';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import { readTemplate } from '../lifecycle/1-template/read-template.ts';
import { listEvents } from './list-events.sql.ts';

describeEachDatabase((kind) => {
  const orders = (version: string, events: readonly object[], namespace = 'shop') =>
    readTemplate({
      name: 'orders',
      namespace_name: namespace,
      version,
      steps: [
        { name: 'pay', handler: { callable: 'pay' }, custom_events: events },
        { name: 'ship', handler: { callable: 'ship' }, publishes_events: ['order.shipped'] },
      ],
    });

  it('CORE-102: events of templates are known by namespace, with who publishes them', async () => {
    const { db } = await kind.fresh();
    await start(db, {
      worker: false,
      templates: [
        orders('1.0.0', [{ name: 'order.paid', description: 'Money came in' }]),
        orders('2.0.0', [{ name: 'order.paid' }, { name: 'order.doubted' }]),
        orders('1.0.0', [{ name: 'order.paid', description: 'Elsewhere' }], 'bank'),
      ],
    });
    expect(await listEvents(db, 'shop')).toEqual([
      {
        namespace: 'shop',
        name: 'order.doubted',
        kind: 'custom',
        description: null,
        publishers: ['orders@2.0.0#pay'],
      },
      {
        namespace: 'shop',
        name: 'order.paid',
        kind: 'custom',
        description: 'Money came in',
        publishers: ['orders@1.0.0#pay', 'orders@2.0.0#pay'],
      },
      {
        namespace: 'shop',
        name: 'order.shipped',
        kind: 'published',
        description: null,
        publishers: ['orders@1.0.0#ship', 'orders@2.0.0#ship'],
      },
    ]);
    expect((await listEvents(db)).map(({ namespace, name }) => `${namespace} ${name}`)).toEqual([
      'bank order.paid',
      'bank order.shipped',
      'shop order.doubted',
      'shop order.paid',
      'shop order.shipped',
    ]);
  });
});
