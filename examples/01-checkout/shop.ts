import {
  DuplicateTask,
  InvalidContext,
  InvalidTransition,
  type JsonObject,
  listTasks,
  type TaskDetail,
  type Tasker,
  taskDetail,
} from '@tasker/engine';
import { fieldsOf, textIn } from '../shared/json-fields.ts';
import { submitOrder } from './submit-order.ts';

/** What the shop's front end can ask of the checkout. */
export interface Shop {
  placeOrder(order: object): Promise<Answer>;
  /** How an order is getting on, for the customer. */
  showOrder(taskId: string): Promise<Answer>;
  /** The same in full, for support. */
  showWorkflow(taskId: string): Promise<Answer>;
  /** Tries again what failed; everything that is done stays done. */
  retryOrder(taskId: string): Promise<Answer>;
  /** Customers who were charged and will get nothing unless somebody retries or refunds. */
  listPaidNotShipped(): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

export function createShop(tasker: Tasker): Shop {
  async function withTask(taskId: string, tell: (detail: TaskDetail) => Promise<Answer> | Answer): Promise<Answer> {
    const detail = isTaskId(taskId) ? await taskDetail(tasker.db, taskId) : undefined;
    return detail === undefined ? { status: 404, body: { error: `There is no order ${taskId}.` } } : tell(detail);
  }

  return {
    async placeOrder(order) {
      try {
        const { id } = await submitOrder(tasker, order);
        return { status: 201, body: { task_id: id, status: 'pending', checkout_url: `/demo/orders/${id}` } };
      } catch (error) {
        return refusal(error);
      }
    },
    showOrder: (taskId) => withTask(taskId, (detail) => ({ status: 200, body: progressOf(detail) })),
    showWorkflow: (taskId) => withTask(taskId, (detail) => ({ status: 200, body: workflowOf(detail) })),
    retryOrder: (taskId) =>
      withTask(taskId, async ({ task }) => {
        if (task.state !== 'error') return { status: 409, body: { error: `The order is ${task.state}.` } };
        try {
          const { status } = await tasker.retryTask(taskId, { actor: 'shop', reason: 'asked for over HTTP' });
          return { status: 200, body: { task_id: taskId, status } };
        } catch (error) {
          return refusal(error);
        }
      }),
    async listPaidNotShipped() {
      const { tasks } = await listTasks(tasker.db, { namespace: 'ecommerce', name: 'process_order', status: 'error' });
      const details = await Promise.all(tasks.map(({ taskId }) => taskDetail(tasker.db, taskId)));
      return { status: 200, body: { orders: details.flatMap((detail) => paidNotShipped(detail)) } };
    },
  };
}

function isTaskId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function refusal(error: unknown): Answer {
  if (error instanceof InvalidContext) {
    const errors = error.violations.map(({ path, message }) => ({ field: path, message }));
    return { status: 400, body: { errors } };
  }
  if (error instanceof DuplicateTask) {
    return { status: 409, body: { error: 'This order was placed before.', task_id: error.existingTaskId } };
  }
  // Somebody else was faster.
  if (error instanceof InvalidTransition) return { status: 409, body: { error: error.message } };
  throw error;
}

function progressOf({ task, steps, execution }: TaskDetail): JsonObject {
  const order = fieldsOf(resultOf(steps, 'create_order'));
  const failed = steps.find(({ state }) => state === 'error');
  return {
    task_id: task.taskId,
    status: task.state,
    progress: `${execution.completedSteps} of ${execution.totalSteps}`,
    steps: steps.map(({ name, state, attempts }) => ({ name, status: state, attempts })),
    order_number: textIn(order, 'order_number') ?? null,
    last_error: failed?.error == null ? null : { step: failed.name, ...errorOf(failed.error) },
  };
}

function workflowOf({ task, steps }: TaskDetail): JsonObject {
  return {
    task_id: task.taskId,
    status: task.state,
    steps: steps.map((step) => ({
      name: step.name,
      status: step.state,
      attempts: step.attempts,
      retry_limit: step.maxAttempts,
      duration_ms: step.durationMs,
      depends_on: [...step.parentNames],
      error: step.error === null ? null : errorOf(step.error),
    })),
  };
}

function paidNotShipped(detail: TaskDetail | undefined): JsonObject[] {
  if (detail === undefined) return [];
  const paymentId = textIn(fieldsOf(resultOf(detail.steps, 'process_payment')), 'payment_id');
  const isBooked = resultOf(detail.steps, 'create_order') !== null;
  if (paymentId === undefined || isBooked) return [];
  return [{ task_id: detail.task.taskId, payment_id: paymentId, stands: 'paid, not shipped' }];
}

function resultOf(steps: TaskDetail['steps'], step: string) {
  return steps.find(({ name }) => name === step)?.result ?? null;
}

function errorOf({ code, message }: { readonly code?: string; readonly message: string }) {
  return { code: code ?? null, message };
}
