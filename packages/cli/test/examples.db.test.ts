import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { patience, runTasker } from './run-tasker.ts';

const cwd = fileURLToPath(new URL('../../../', import.meta.url));

describe('tasker example', patience, () => {
  it('lists the examples of the repository, and says where they are when it is run elsewhere', async () => {
    const { code, out } = await runTasker(['example', 'list', '--json'], { cwd });
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { examples: expect.arrayContaining([expect.objectContaining({ name: 'checkout' })]) },
    ]);
    const told = await runTasker(['example', 'list'], { cwd });
    expect(told.out).toContain(
      'task submit payments/process_refund --context-file examples/04-team-scaling/refund.json',
    );
    const elsewhere = await runTasker(['example', 'list'], { cwd: '/' });
    expect([elsewhere.code, elsewhere.err]).toEqual([2, expect.stringContaining('in the folder examples')]);
  });

  it('runs one to its end, with a failure on the way that it outlives', async () => {
    const args = ['example', 'run', 'diamond', '--fail', 'diamond_branch_b', '--database', 'memory:', '--json'];
    const { code, out } = await runTasker(args, { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      status: 'complete',
      workflow_steps: expect.arrayContaining([expect.objectContaining({ name: 'diamond_branch_b', attempts: 2 })]),
    });
  });

  it('shows what came of a task elsewhere, too', async () => {
    const { code, out } = await runTasker(['example', 'run', 'support-refund', '--database', 'memory:'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('payments/process_refund, which came of it:');
    expect(out).toContain('notify_customer');
  });

  it('ends with 3 when the task ends in error, and with 2 when there is no such example or step', async () => {
    const failing = ['example', 'run', 'data-pipeline', '--fail', 'extract_users:auth', '--database', 'memory:'];
    const failed = await runTasker(failing, { cwd });
    expect([failed.code, failed.out]).toEqual([3, expect.stringContaining('CRM_AUTH_FAILED')]);
    const refused = await runTasker(['example', 'run', 'refused', '--database', 'memory:'], { cwd });
    expect([refused.code, refused.out]).toEqual([3, expect.stringContaining('INVALID_PAYMENT_METHOD')]);
    const unknown = await runTasker(['example', 'run', 'nothing'], { cwd });
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('There is no example nothing')]);
    const nowhere = await runTasker(['example', 'run', 'diamond', '--fail', 'x', '--database', 'memory:'], { cwd });
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('There are: diamond_start')]);
  });
});
