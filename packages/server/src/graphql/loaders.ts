import type {
  DependencyAnalysis,
  ExplainReason,
  StepResource,
  TaskHistoryEvent,
  TaskResource,
  TemplateResource,
} from '@tasker/contract/wire';
import DataLoader from 'dataloader';
import { invoke } from '../operations/invoke.ts';
import type { RequestContext } from '../operations/request-context.ts';
import type { Services } from '../operations/services.ts';
import { explainSteps } from '../operations/step/explain-steps.ts';
import { listStepsOfTasks } from '../operations/step/list-steps-of-tasks.ts';
import { analyseTasks } from '../operations/task/analyse-tasks.ts';
import { explainTasks } from '../operations/task/explain-tasks.ts';
import { showTasks } from '../operations/task/show-tasks.ts';
import { taskHistories } from '../operations/task/task-histories.ts';
import { showTemplates } from '../operations/template/show-templates.ts';

/** What belongs to many things is asked for once, however many of them a query shows. */
export interface Loaders {
  /** By id; null: there is none. */
  readonly task: DataLoader<string, TaskOverview | null>;
  /** Of a task; empty: there is none. */
  readonly steps: DataLoader<string, readonly StepResource[]>;
  readonly history: DataLoader<string, readonly TaskHistoryEvent[]>;
  /** Null: there is no such task. */
  readonly analysis: DataLoader<string, DependencyAnalysis | null>;
  readonly taskReasons: DataLoader<string, readonly ExplainReason[]>;
  readonly stepReasons: DataLoader<StepKey, readonly ExplainReason[], string>;
  /** Null: there is none. */
  readonly template: DataLoader<TemplateKey, TemplateResource | null, string>;
  /** Forgets everything: what was read before a change may be wrong after it. */
  clear(): void;
}

export type TaskOverview = Omit<TaskResource, 'workflow_steps' | 'edges' | 'dependency_analysis'>;

export interface StepKey {
  readonly task_id: string;
  readonly step: string;
}

export interface TemplateKey {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly revision: number;
}

export function createLoaders(services: Services, request: RequestContext): Loaders {
  const loaders = {
    task: new DataLoader<string, TaskOverview | null>(async (ids) => {
      const { tasks } = await invoke(showTasks, services, { task_ids: ids }, request);
      const byId = new Map(tasks.map((task) => [task.task_id, task]));
      return ids.map((id) => byId.get(id) ?? null);
    }, batches),
    steps: new DataLoader<string, readonly StepResource[]>(async (ids) => {
      const { steps } = await invoke(listStepsOfTasks, services, { task_ids: ids }, request);
      const byTask = new Map<string, StepResource[]>(ids.map((id) => [id, []]));
      for (const step of steps) byTask.get(step.task_id)?.push(step);
      return ids.map((id) => byTask.get(id) ?? []);
    }, batches),
    history: new DataLoader<string, readonly TaskHistoryEvent[]>(async (ids) => {
      const { histories } = await invoke(taskHistories, services, { task_ids: ids }, request);
      return ids.map((_, index) => histories[index]?.events ?? []);
    }, batches),
    analysis: new DataLoader<string, DependencyAnalysis | null>(async (ids) => {
      const { analyses } = await invoke(analyseTasks, services, { task_ids: ids }, request);
      const byId = new Map(analyses.map((each) => [each.task_id, each.dependency_analysis]));
      return ids.map((id) => byId.get(id) ?? null);
    }, batches),
    taskReasons: new DataLoader<string, readonly ExplainReason[]>(async (ids) => {
      const { explanations } = await invoke(explainTasks, services, { task_ids: ids }, request);
      return ids.map((_, index) => explanations[index]?.reasons ?? []);
    }, batches),
    stepReasons: new DataLoader<StepKey, readonly ExplainReason[], string>(
      async (steps) => {
        const { explanations } = await invoke(explainSteps, services, { steps }, request);
        return steps.map((_, index) => explanations[index]?.reasons ?? []);
      },
      { maxBatchSize: 1000, cacheKeyFn: ({ task_id, step }) => `${task_id}/${step}` },
    ),
    template: new DataLoader<TemplateKey, TemplateResource | null, string>(
      async (templates) => {
        const answer = await invoke(showTemplates, services, { templates }, request);
        return templates.map((_, index) => answer.templates[index] ?? null);
      },
      { ...batches, cacheKeyFn: (key) => [key.namespace, key.name, key.version, key.revision].join('\n') },
    ),
  };
  return {
    ...loaders,
    clear() {
      for (const loader of Object.values(loaders)) loader.clearAll();
    },
  };
}

/** As many as the operations take. */
const batches = { maxBatchSize: 100 };
