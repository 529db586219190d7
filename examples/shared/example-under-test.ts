import {
  type Clock,
  findSteps,
  type Handlers,
  type StepView,
  type TaskerOptions,
  type TaskHandle,
  type TaskRequest,
  type TemplateDocument,
  type UntypedResults,
} from '@tasker/engine';
import { createSimulatedClock, createTestTasker, type TestTasker } from '@tasker/engine/testing';
import { onTestFinished } from 'vitest';
import type { TestDatabaseKind } from '../../packages/engine/test/servers/databases.ts';
import { countingIds, type IdSource } from './ids.ts';

/** An example on simulated time, with services that can be looked into. */
export interface ExampleUnderTest<Services> {
  readonly tasker: TestTasker;
  readonly services: Services;
  submit(request: TaskRequest): Promise<TaskHandle<UntypedResults>>;
  /** Lets time pass until the task has ended. */
  settle(taskId: string): Promise<SettledTask>;
  run(request: TaskRequest): Promise<SettledTask>;
}

export interface SettledTask {
  readonly id: string;
  readonly status: string;
  readonly results: UntypedResults;
  /** By name. */
  readonly steps: Readonly<Record<string, StepView>>;
  /**
   * How each step ended, by name: `complete`, with the number of attempts if there were more than one (`complete 3`);
   * the code of the failure and its attempts (`TIMEOUT 3`); `not run`.
   */
  readonly course: Readonly<Record<string, string>>;
}

export interface ExampleSetting<Services> {
  readonly templates: readonly TemplateDocument[];
  /** The services of the example, on the clock of the test and with predictable ids. */
  readonly services: (means: { clock: Clock; ids: IdSource }) => Services | Promise<Services>;
  readonly handlers: (services: Services) => Handlers;
  readonly options?: Pick<TaskerOptions, 'logger'>;
}

/** Starts an example on a database of its own; it ends with the test. */
export async function openExample<Services>(
  kind: TestDatabaseKind,
  setting: ExampleSetting<Services>,
): Promise<ExampleUnderTest<Services>> {
  const { db } = await kind.fresh();
  const clock = createSimulatedClock();
  const services = await setting.services({ clock, ids: countingIds() });
  const handlers = setting.handlers(services);
  const tasker = await createTestTasker({
    ...setting.options,
    database: db,
    templates: setting.templates,
    handlers,
    clock,
  });
  onTestFinished(() => tasker.stop());
  const example: ExampleUnderTest<Services> = {
    tasker,
    services,
    submit: (request) => tasker.submit(request),
    settle: (taskId) => settle(tasker, taskId),
    run: async (request) => settle(tasker, (await tasker.submit(request)).id),
  };
  return example;
}

async function settle(tasker: TestTasker, taskId: string): Promise<SettledTask> {
  const { status, results } = await tasker.runToEnd(tasker.task(taskId));
  const steps = await findSteps(tasker.db, [taskId]);
  return {
    id: taskId,
    status,
    results,
    steps: Object.fromEntries(steps.map((step) => [step.name, step])),
    course: Object.fromEntries(steps.map((step) => [step.name, courseOf(step)])),
  };
}

function courseOf({ state, attempts, error }: StepView): string {
  if (state === 'pending') return 'not run';
  if (state === 'error') return `${error?.code ?? 'error'} ${attempts}`;
  return attempts > 1 ? `${state} ${attempts}` : state;
}
