import type { TemplateDocument } from '@tasker/contract';
import type { Tasker } from '@tasker/engine';

/** How tasks went that were submitted so many at a time; each was waited for to its end. */
export interface Measured {
  readonly tasks: number;
  readonly inFlight: number;
  readonly seconds: number;
  readonly tasksPerSecond: number;
  readonly stepsPerSecond: number;
  /** From submission to the end, in milliseconds. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface Load {
  readonly tasks: number;
  readonly inFlight: number;
  readonly stepsPerTask: number;
}

/** Runs tasks to their ends, always so many at a time. */
export async function measureTasks(tasker: Tasker, template: TemplateDocument, load: Load): Promise<Measured> {
  const { tasks, inFlight, stepsPerTask } = load;
  const tookMs: number[] = [];
  let begun = 0;
  const goOn = async () => {
    while (begun < tasks) {
      begun += 1;
      const begin = performance.now();
      await runOne(tasker, template);
      tookMs.push(performance.now() - begin);
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: inFlight }, goOn));
  const seconds = (performance.now() - begin) / 1000;
  const sorted = tookMs.toSorted((a, b) => a - b);
  return {
    tasks,
    inFlight,
    seconds,
    tasksPerSecond: tasks / seconds,
    stepsPerSecond: (tasks * stepsPerTask) / seconds,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
  };
}

async function runOne(tasker: Tasker, template: TemplateDocument): Promise<void> {
  const { namespace_name: namespace, name, version } = template;
  const task = await tasker.submit({ namespace, name, version, context: {} });
  const { status } = await task.completed();
  if (status !== 'complete') throw new Error(`Task ${task.id} of the measurement ended ${status}.`);
}

/** By the nearest rank; `sorted` has at least one value. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
