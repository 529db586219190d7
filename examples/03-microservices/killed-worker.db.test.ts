import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTasker, systemClock } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { databases } from '../../packages/engine/test/servers/databases.ts';
import { randomIds } from '../shared/ids.ts';
import { startLoopback } from '../shared/loopback-server.ts';
import { registrationHandlerClasses } from './handler-classes.ts';
import { startRegistrationServices } from './simulated/services.ts';
import { submitRegistration } from './submit-registration.ts';
import { userRegistrationTemplate } from './template.ts';

// PGlite lives in one process, so no other can be killed beside it; one kind of server is as good as another.
it.each(databases.filter(({ concurrent }) => concurrent).slice(0, 1))(
  '03.17 a worker killed after the account was made finds it when it is tried again, on $name',
  async (kind) => {
    const { db, url } = await kind.fresh();
    const services = await startRegistrationServices();
    onTestFinished(() => services.close());
    const survivor = await createTasker({ database: db, templates: [userRegistrationTemplate], worker: false });
    onTestFinished(() => survivor.stop());
    const registration = { user_info: { email: 'ada@example.com', name: 'Ada' } };
    const task = await submitRegistration(survivor, registration, { clock: systemClock, ids: randomIds });

    // makes the account and then does not say so
    let made: () => void = () => undefined;
    const accountMade = new Promise<void>((resolve) => {
      made = resolve;
    });
    const silent = await startLoopback({
      users: async (request) => {
        await services.users.answer(request);
        made();
        return new Promise(() => undefined);
      },
    });
    onTestFinished(() => silent.close());
    const victim = startVictim(url, silent.urls.users);
    await accountMade;
    victim.kill('SIGKILL');
    await once(victim, 'exit');

    const successor = await createTasker({ database: db, handlers: registrationHandlerClasses(services) });
    onTestFinished(() => successor.stop());
    const outcome = await successor.task(task.id).completed({ timeoutMs: 20_000 });
    const [account] = services.users.accounts;
    expect(outcome).toMatchObject({
      status: 'complete',
      results: { create_user_account: { status: 'already_exists', user_id: account?.user_id } },
    });
    expect(services.users.accounts).toHaveLength(1);
  },
);

function startVictim(database: string, usersUrl: string): ChildProcess {
  const program = fileURLToPath(new URL('worker-to-be-killed.ts', import.meta.url));
  const fromSource = new URL('../../scripts/from-source.mjs', import.meta.url).href;
  const victim = fork(program, [database, usersUrl], { execArgv: ['--import', fromSource] });
  onTestFinished(() => void victim.kill('SIGKILL'));
  return victim;
}
