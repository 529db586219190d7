import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTasker, findSteps, listTasks } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { databases } from '../../../engine/test/servers/databases.ts';
import { supportTasks } from './support-tasks.ts';
import { type Fate, openTreacherousProxy } from './treacherous-proxy.ts';

const fates: readonly Fate[] = ['answer', 'lose', 'cut', 'hold', 'strike'];
/** In one of two each fate befalls a task that is handed over, in the other one that is waited for. */
const rounds = 2;

it.each(databases.filter(({ concurrent }) => concurrent).slice(0, 1))(
  'SURF-20 whoever is killed on either side, and whenever, no delegated task is lost and none is created twice, on $name',
  { timeout: 240_000 },
  async (kind) => {
    const [support, payments] = [await kind.fresh(), await kind.fresh()];
    const kills = { payments: 0, support: 0 };

    const first = await start('payments-process.ts', payments.url);
    const { port } = new URL(first.said);
    let remote: Promise<Started> = Promise.resolve(first);
    const killRemote = () => {
      kills.payments += 1;
      remote = remote.then(async (running) => {
        await running.kill();
        return start('payments-process.ts', payments.url, port);
      });
    };
    const killWorker = () => {
      kills.support += 1;
      worker = worker.then(async (running) => {
        await running.kill();
        return start('support-process.ts', support.url, proxy.url);
      });
    };

    const dealt: Fate[] = [];
    let onDealt = () => {};
    const untilDealt = () =>
      new Promise<void>((resolve) => {
        onDealt = resolve;
      });
    const proxy = await openTreacherousProxy({
      target: () => first.said,
      fate() {
        const fate = fates[dealt.length % fates.length] ?? 'answer';
        dealt.push(fate);
        return fate;
      },
      onHold: killWorker,
      onArrival: killRemote,
      onDealt: () => onDealt(),
    });
    onTestFinished(() => proxy.close());

    const desk = await createTasker({ database: support.db, tasks: supportTasks(proxy.url), worker: false });
    onTestFinished(() => desk.stop());
    let worker: Promise<Started> = start('support-process.ts', support.url, proxy.url);
    const submitted = [];
    for (let number = 0; number < rounds * fates.length; number += 1) {
      const name = number % 2 === 0 ? 'hand_over' : 'carry_out';
      const context = { payment_id: `pay_${number}` };
      // One fate after another: who is being killed for one task should not keep the next from its own.
      await Promise.all([remote, worker]);
      const befallen = untilDealt();
      submitted.push(await desk.submit({ namespace: 'customer_success', name, context }));
      await befallen;
    }
    const outcomes = await Promise.all(submitted.map((task) => task.completed({ timeoutMs: 200_000 })));

    expect(outcomes.map(({ status }) => status)).toEqual(submitted.map(() => 'complete'));
    const { tasks } = await listTasks(payments.db, {}, { limit: 100 });
    const byKey = new Map(tasks.map((task) => [task.idempotencyKey, task]));
    // Not one more than were asked for, and each under the step that asked for it.
    expect({ tasks: tasks.length, keys: byKey.size }).toEqual({ tasks: submitted.length, keys: submitted.length });
    for (const [number, { id }] of submitted.entries()) {
      const [, step] = await findSteps(support.db, [id]);
      const created = byKey.get(step?.stepId ?? '');
      expect(step?.result).toMatchObject({ delegated_task_id: created?.taskId, correlation_id: id });
      expect(created).toMatchObject({ correlationId: id, parentCorrelationId: id });
      if (number % 2 === 1) {
        expect(step?.result).toMatchObject({
          delegated_task_status: 'complete',
          delegated_task_results: { refund: { refunded: `pay_${number}` } },
        });
      }
    }
    // What was handed over is carried out in the end, too.
    const payer = await createTasker({ database: payments.db, worker: false });
    onTestFinished(() => payer.stop());
    const ends = await Promise.all(tasks.map(({ taskId }) => payer.task(taskId).completed({ timeoutMs: 60_000 })));
    expect(ends.map(({ status }) => status)).toEqual(tasks.map(() => 'complete'));

    // It was not for nothing: each fate befell somebody, and both sides were killed.
    expect(dealt).toEqual([...fates, ...fates]);
    expect(kills).toEqual({ payments: rounds, support: rounds });
    expect(proxy.keys.length).toBeGreaterThan(submitted.length);
  },
);

interface Started {
  /** The first that it said. */
  readonly said: string;
  kill(): Promise<void>;
}

async function start(program: string, ...args: readonly string[]): Promise<Started> {
  const fromSource = new URL('../../../../scripts/from-source.mjs', import.meta.url).href;
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = fork(file, args, { execArgv: ['--import', fromSource] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: unknown[] = await Promise.race([once(child, 'message'), failed(child)]);
  return {
    said: String(said[0]),
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function failed(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`it ended with ${code} before it was ready`);
}
