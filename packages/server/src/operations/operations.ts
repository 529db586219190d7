import { listHandlerNamespaces } from './handler/list-handler-namespaces.ts';
import { listHandlers } from './handler/list-handlers.ts';
import { showHandler } from './handler/show-handler.ts';
import type { Operation } from './operation.ts';
import { cancelStep } from './step/cancel-step.ts';
import { explainStep } from './step/explain-step.ts';
import { explainSteps } from './step/explain-steps.ts';
import { listSteps } from './step/list-steps.ts';
import { listStepsOfTasks } from './step/list-steps-of-tasks.ts';
import { resolveStep } from './step/resolve-step.ts';
import { retryStep } from './step/retry-step.ts';
import { showStep } from './step/show-step.ts';
import { skipStep } from './step/skip-step.ts';
import { updateStep } from './step/update-step.ts';
import { healthLive } from './system/health-live.ts';
import { healthReady } from './system/health-ready.ts';
import { healthStatus } from './system/health-status.ts';
import { listNamespaces } from './system/list-namespaces.ts';
import { listWorkers } from './system/list-workers.ts';
import { metrics } from './system/metrics.ts';
import { analyseTasks } from './task/analyse-tasks.ts';
import { annotatedTasks } from './task/annotated-tasks.ts';
import { cancelTask } from './task/cancel-task.ts';
import { explainTask } from './task/explain-task.ts';
import { explainTasks } from './task/explain-tasks.ts';
import { listAnnotationNames } from './task/list-annotation-names.ts';
import { listTasks } from './task/list-tasks.ts';
import { retryTask } from './task/retry-task.ts';
import { showTask } from './task/show-task.ts';
import { showTasks } from './task/show-tasks.ts';
import { submitTask } from './task/submit-task.ts';
import { taskGraph } from './task/task-graph.ts';
import { taskHistories } from './task/task-histories.ts';
import { taskHistory } from './task/task-history.ts';
import { updateTask } from './task/update-task.ts';
import { diffTemplate } from './template/diff-template.ts';
import { listTemplates } from './template/list-templates.ts';
import { registerTemplate } from './template/register-template.ts';
import { showTemplate } from './template/show-template.ts';
import { showTemplates } from './template/show-templates.ts';
import { templateGraph } from './template/template-graph.ts';

/** Everything that a user can do. */
export const operations: readonly Operation[] = [
  submitTask,
  listTasks,
  showTask,
  showTasks,
  analyseTasks,
  annotatedTasks,
  listAnnotationNames,
  updateTask,
  cancelTask,
  retryTask,
  explainTask,
  explainTasks,
  taskHistory,
  taskHistories,
  taskGraph,
  listSteps,
  listStepsOfTasks,
  showStep,
  updateStep,
  cancelStep,
  retryStep,
  resolveStep,
  skipStep,
  explainStep,
  explainSteps,
  registerTemplate,
  listTemplates,
  showTemplate,
  showTemplates,
  diffTemplate,
  templateGraph,
  listHandlerNamespaces,
  listHandlers,
  showHandler,
  listWorkers,
  listNamespaces,
  healthLive,
  healthReady,
  healthStatus,
  metrics,
];
