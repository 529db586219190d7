import { findSteps, findTask, type StepView, type Tasker } from '@tasker/engine';
import { fieldsOf, textIn } from '../shared/json-fields.ts';

/**
 * Notes at the end of every registration how long the services took, and what running two of them side by side saved.
 * A subscriber: handlers know nothing of it.
 *
 * @returns how to stop listening
 */
export function annotateRegistrations(tasker: Tasker): () => void {
  const note = ({ task_id }: { readonly task_id: string }) => annotate(tasker, task_id);
  const stops = [tasker.on('task.completed', note), tasker.on('task.failed', note)];
  return () => {
    for (const stop of stops) stop();
  };
}

async function annotate(tasker: Tasker, taskId: string): Promise<void> {
  const task = await findTask(tasker.db, taskId);
  if (task?.name !== 'user_registration') return;
  const steps = await findSteps(tasker.db, [taskId]);
  const user = fieldsOf(fieldsOf(task.context)?.['user_info']);
  await tasker.annotate(taskId, 'service_performance', performanceOf(steps));
  await tasker.annotate(taskId, 'registration_outcome', task.state);
  await tasker.annotate(taskId, 'plan_type', textIn(user, 'plan') ?? 'free');
  await tasker.annotate(taskId, 'registration_source', textIn(user, 'source') ?? 'web');
  await tasker.annotate(taskId, 'correlation_id', task.correlationId);
}

/** Milliseconds. */
function performanceOf(steps: readonly StepView[]) {
  const timings = Object.fromEntries(steps.map(({ name, durationMs }) => [name, durationMs ?? 0]));
  const { setup_billing_profile: billing = 0, initialize_preferences: preferences = 0 } = timings;
  const sum = Object.values(timings).reduce((total, timing) => total + timing, 0);
  const saved = billing + preferences - Math.max(billing, preferences);
  return { service_timings: timings, total_duration: sum - saved, parallel_execution_saved: saved };
}
