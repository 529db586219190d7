import { TaskerError } from '@tasker/engine';
import { expect, it } from 'vitest';
import { describeOneDatabase } from '../../../engine/test/servers/databases.ts';
import { startTasker } from '../../test/start.ts';
import { startServer } from '../../test/start-server.ts';
import { type Permission, permissions } from '../operations/permission.ts';
import { routes } from './routes.ts';

/** What every probe may ask without saying who it is. */
const openToAll = ['health.live', 'health.ready'];

describeOneDatabase((kind) => {
  it('every route asks for one known permission, and answers 403 to those who lack it and nothing about what they sent (SURF-34, SURF-36)', async () => {
    const { db } = await kind.fresh();
    const asked: Permission[] = [];
    const { send } = await startServer(await startTasker(db, { worker: false }), {
      authorizer: {
        authorize(permission) {
          asked.push(permission);
          throw new NotAllowed();
        },
      },
    });
    for (const { method, path, operation } of routes) {
      asked.length = 0;
      const body = method === 'GET' ? undefined : { nonsense: true };
      const answer = await send(method, path.replaceAll(/\{\w+\}/g, 'x'), body);
      if (openToAll.includes(operation.name)) {
        expect([operation.permission, asked, answer.status]).toEqual([null, [], 200]);
        continue;
      }
      expect(permissions).toContain(operation.permission);
      expect([`${method} ${path}`, asked, answer.status]).toEqual([`${method} ${path}`, [operation.permission], 403]);
      expect(answer.body).toEqual({
        error: { code: 'FORBIDDEN', message: 'You may not.' },
        correlation_id: expect.any(String),
      });
    }
  });
});

class NotAllowed extends TaskerError {
  constructor() {
    super('FORBIDDEN', 'You may not.');
  }
}
