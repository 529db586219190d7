import type { StepState, TaskState, TemplateDocument } from '@tasker/contract';
import { compilePlan } from '../graph/compile-plan.ts';
import type { Graph } from './graph.ts';

/**
 * The graph of a template.
 *
 * @throws {InvalidTemplate} when its steps are no graph
 */
export function graphOfTemplate(template: TemplateDocument): Graph {
  const { namespace, name, version, steps } = compilePlan(template);
  return {
    title: `${namespace}/${name}@${version}`,
    steps: steps.map((step) => ({
      name: step.name,
      detail: step.handler.callable,
      parents: step.parents,
      children: step.children,
    })),
  };
}

/** What is drawn of a task; `taskDetail` returns it. */
export interface TaskToDraw {
  readonly task: {
    readonly taskId: string;
    readonly namespace: string;
    readonly name: string;
    readonly version: string;
    readonly state: TaskState;
  };
  /** By position. */
  readonly steps: readonly {
    readonly name: string;
    readonly state: StepState;
    /** Finished ones. */
    readonly attempts: number;
    readonly maxAttempts: number;
    readonly nextAttemptAt: Date | null;
    readonly parents: readonly number[];
    readonly children: readonly number[];
  }[];
}

/** The graph of a task, with the states of its steps. */
export function graphOfTask({ task, steps }: TaskToDraw): Graph {
  return {
    title: `${task.namespace}/${task.name}@${task.version}, task ${task.taskId}`,
    status: task.state,
    steps: steps.map(({ name, state, attempts, maxAttempts, nextAttemptAt, parents, children }) => ({
      name,
      state,
      detail: attemptsInWords(state === 'in_progress' ? attempts + 1 : attempts, maxAttempts, nextAttemptAt !== null),
      parents,
      children,
    })),
  };
}

function attemptsInWords(begun: number, atMost: number, goesOn: boolean): string {
  const again = goesOn ? ', will be retried' : '';
  return begun < 2 && !goesOn ? '' : `attempt ${begun} of ${atMost}${again}`;
}
