import type { TemplateDocument } from '@tasker/contract';
import type { TaskHandle, UntypedResults } from '../../src/engine/tasker.ts';
import { compilePlan } from '../../src/graph/compile-plan.ts';
import type { Plan } from '../../src/graph/plan.ts';
import { databaseInStep } from '../../src/testing/settable-clock.ts';
import type { Commanded, Course, Start, Submitted } from './course.ts';
import { emptyDatabase, readJournal, readLedger } from './journal.ts';
import { createLife, type Life } from './life.ts';
import { type Command, createScenario, type Replacement, type Scenario, type Submission } from './scenario.ts';
import type { Substrate } from './substrate.ts';

/** A simulation that has not come to rest by then never will. */
const longestMs = 2 * 60_000;
/** After all tasks have ended: time for the last leases to be closed. */
const tidyingMs = 20_000;

/** Plays a scenario on the real engine, to its end and a little longer. */
export async function simulate(substrate: Substrate, seed: number): Promise<Course> {
  const scenario = createScenario(seed);
  await emptyDatabase(substrate.db);
  const play = createPlay(substrate, scenario);
  await play.begin();
  await play.untilAllEnded();
  await play.end();
  return play.course();
}

function createPlay(substrate: Substrate, scenario: Scenario) {
  const clock = substrate.createClock();
  const db = databaseInStep(substrate.db, clock);
  const complaints: string[] = [];
  const starts: Start[] = [];
  const submissions: Submitted[] = [];
  const commands: Commanded[] = [];
  /** Submissions under way. */
  const pending = new Set<symbol>();
  const complain = (complaint: string) => complaints.push(complaint);
  const lives: Life[] = scenario.processes.map((plan) => createLife({ scenario, plan, clock, db, starts, complain }));
  const lifeOf = (process: number): Life => {
    const life = lives[process];
    if (life === undefined) throw new Error(`there is no process ${process}`);
    return life;
  };

  const at = (atMs: number, act: () => Promise<void>) => {
    clock.wakeAfter(atMs, () => {
      act().catch((error: unknown) => complain(`the simulation itself failed: ${describe(error)}`));
    });
  };

  async function submit(submission: Submission): Promise<void> {
    const template = scenario.templates[submission.template];
    const life = lifeOf(submission.process);
    const { tasker } = life;
    if (tasker === undefined || template === undefined) return later(submission);
    const token = Symbol('submission');
    pending.add(token);
    life.onEnd(() => pending.delete(token));
    try {
      const { idempotencyKey, bypassSteps, priority } = submission;
      const handle = await tasker.submit({
        name: template.name,
        context: { template: template.name },
        priority,
        bypassSteps,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      const submitted: Submitted = {
        taskId: handle.id,
        template: submission.template,
        idempotencyKey,
        time: db.time,
        outcome: undefined,
        stillWaits: life.whileThis(),
      };
      submissions.push(submitted);
      waitForEnd(handle, submitted, life).catch(complain);
    } catch (error) {
      // a replaced template may have lost the steps to bypass
      const isRefused = scenario.replacements.length > 0 && hasCode(error, 'INVALID_REQUEST');
      if (!isUnavailable(error) && !isRefused) life.complainUnlessEnding(`submission failed: ${describe(error)}`);
    } finally {
      pending.delete(token);
    }
  }

  async function waitForEnd(handle: TaskHandle<UntypedResults>, submitted: Submitted, life: Life): Promise<void> {
    try {
      submitted.outcome = await handle.completed();
    } catch (error) {
      life.complainUnlessEnding(`waiting failed: ${describe(error)}`);
    }
  }

  /** The process is away just now. */
  async function later(submission: Submission): Promise<void> {
    at(100, () => submit(submission));
  }

  async function replace({ process, document }: Replacement): Promise<void> {
    const life = lifeOf(process);
    try {
      await life.tasker?.register(document, { replace: true });
    } catch (error) {
      if (!isUnavailable(error)) life.complainUnlessEnding(`replacing a template failed: ${describe(error)}`);
    }
  }

  async function command({ process, task, among, step, onTrouble, kind }: Command): Promise<void> {
    const life = livingNear(process);
    const { tasker } = life;
    const tasks = await offstage(() => listTasks(among));
    const chosen = tasks[task % Math.max(1, tasks.length)];
    if (tasker === undefined || chosen === undefined) return;
    const { id: taskId } = chosen;
    const steps = onTrouble && chosen.troubled.length > 0 ? chosen.troubled : chosen.steps;
    const name = steps[step % steps.length] ?? '';
    try {
      const { changed } = await carryOut();
      if (changed) commands.push({ taskId, kind, time: db.time });
    } catch (error) {
      // it came too late, or was never possible
      if (!isUnavailable(error) && !hasCode(error, 'INVALID_TRANSITION'))
        life.complainUnlessEnding(`${kind} failed: ${describe(error)}`);
    }

    function carryOut() {
      if (tasker === undefined) throw new Error('unreachable');
      switch (kind) {
        case 'cancelTask':
        case 'retryTask':
        case 'resolveTask':
          return tasker[kind](taskId);
        case 'resolveStep':
          return tasker.resolveStep(taskId, name, { resolved: true });
        case 'editStep':
          return tasker.editStep(taskId, name, { maxAttempts: 1 + (step % 3), inputs: { edited: true } });
        case 'retryStep':
        case 'skipStep':
        case 'cancelStep':
          return tasker[kind](taskId, name);
      }
    }
  }

  /** What the simulation looks up for itself takes no time in it. */
  async function offstage<T>(work: () => Promise<T>): Promise<T> {
    const goOn = clock.standStill();
    try {
      return await work();
    } finally {
      goOn();
    }
  }

  /** The process, or one that is there if it is away. */
  function livingNear(process: number): Life {
    const turned = [...lives.slice(process), ...lives.slice(0, process)];
    return turned.find((life) => life.tasker !== undefined) ?? lifeOf(process);
  }

  async function listTasks(among: Command['among']): Promise<{ id: string; steps: string[]; troubled: string[] }[]> {
    return substrate.db.query(
      {
        text: `select t.id, array(select s.name from tasker.revision_step s where s.revision_id = t.revision_id
                                   order by s.step) as steps,
                      array(select s.name from tasker.revision_step s
                             where s.revision_id = t.revision_id
                               and exists (select 1 from tasker.attempt a
                                            where a.task_id = t.id and a.step = s.step and a.outcome = 'error')
                             order by s.step) as troubled
                 from tasker.task t
                 left join tasker.task_outcome o on o.task_id = t.id
                where case $1 when 'open' then o.state is null when 'failed' then o.state = 'error' else true end
                order by t.id`,
      },
      [among],
    );
  }

  async function countOpenTasks(): Promise<number> {
    const [row] = await substrate.db.query<{ open: number }>({
      text: `select count(*)::int as open from tasker.task t
              where not exists (select 1 from tasker.task_outcome o where o.task_id = t.id)`,
    });
    return row?.open ?? 0;
  }

  return {
    async begin(): Promise<void> {
      // one after the other: which of two statements sent at the same moment is first would be left to the server
      for (const life of lives) {
        life.begin();
        await clock.runUntil(() => life.tasker !== undefined, longestMs);
      }
      for (const life of lives) life.getDangerous();
      for (const submission of scenario.submissions) at(submission.atMs, () => submit(submission));
      for (const each of scenario.replacements) at(each.atMs, () => replace(each));
      for (const each of scenario.commands) at(each.atMs, () => command(each));
      for (const { atMs, process, kind, forMs } of scenario.accidents) {
        at(atMs, () => lifeOf(process).suffer(kind, forMs));
      }
      await clock.advanceBy(scenario.quietFromMs);
      for (const life of lives) life.getSafe();
    },

    async untilAllEnded(): Promise<void> {
      const isOver = async () => pending.size === 0 && (await countOpenTasks()) === 0;
      if (!(await clock.runUntil(isOver, longestMs))) return;
      await clock.advanceBy(tidyingMs);
    },

    async end(): Promise<void> {
      let stopped = false;
      const stopping = Promise.all(lives.map((life) => life.stopForGood())).finally(() => {
        stopped = true;
      });
      stopping.catch((error: unknown) => complain(`stopping failed: ${describe(error)}`));
      if (!(await clock.runUntil(() => stopped, longestMs))) complain('a process does not stop');
      await clock.advanceBy(tidyingMs);
      for (const life of lives) await life.bury();
    },

    async course(): Promise<Course> {
      return {
        scenario,
        journal: await readJournal(substrate.db),
        planOf: await readPlans(substrate),
        processOf: await readWorkers(substrate),
        starts,
        ledger: await readLedger(substrate.db),
        submissions,
        commands,
        complaints,
      };
    },
  };
}

async function readPlans({ db }: Substrate): Promise<(revisionId: number) => Plan> {
  const rows = await db.query<{ id: number; document: TemplateDocument }>({
    text: 'select id, document from tasker.revision',
  });
  const plans = new Map(rows.map(({ id, document }) => [id, compilePlan(document)]));
  return (revisionId) => {
    const plan = plans.get(revisionId);
    if (plan === undefined) throw new Error(`there is no revision ${revisionId}`);
    return plan;
  };
}

async function readWorkers({ db }: Substrate): Promise<Map<number, string>> {
  const rows = await db.query<{ id: number; name: string }>({ text: 'select id, name from tasker.worker' });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function isUnavailable(error: unknown): boolean {
  return hasCode(error, 'ECONNRESET') || hasCode(error, 'DATABASE_UNAVAILABLE');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
