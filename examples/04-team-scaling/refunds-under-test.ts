import { type Clock, findTask, listTasks, type TemplateDocument } from '@tasker/engine';
import { onTestFinished } from 'vitest';
import type { TestDatabaseKind } from '../../packages/engine/test/servers/databases.ts';
import { openExample } from '../shared/example-under-test.ts';
import { countingIds, type IdSource } from '../shared/ids.ts';
import { supportHandlerClasses } from './customer-success/handler-classes.ts';
import { createSupportServices, type SimulatedSupport } from './customer-success/simulated/services.ts';
import { supportTemplate } from './customer-success/template.ts';
import { paymentHandlerClasses } from './payments/handler-classes.ts';
import { type SimulatedPayments, startPaymentServices } from './payments/simulated/services.ts';
import { paymentTemplates } from './payments/templates.ts';
import { submitPaymentRefund, submitSupportRefund } from './submit-refund.ts';
import { startTaskEndpoint, type TaskEndpoint } from './task-endpoint.ts';

export interface RefundSettings {
  readonly paymentHandlers?: typeof paymentHandlerClasses;
  readonly supportHandlers?: typeof supportHandlerClasses;
  /** Makes other templates of those in the files. */
  readonly change?: (document: TemplateDocument) => TemplateDocument;
  /** What the support team's token is good for. */
  readonly granted?: readonly string[];
}

interface Services {
  readonly payments: SimulatedPayments;
  readonly support: SimulatedSupport;
  readonly endpoint: TaskEndpoint;
}

/** Both teams on one Tasker, which the support team reaches over HTTP. */
export async function openRefunds(kind: TestDatabaseKind, settings: RefundSettings = {}) {
  const { change = (document) => document } = settings;
  const { paymentHandlers = paymentHandlerClasses, supportHandlers = supportHandlerClasses } = settings;
  const example = await openExample<Services>(kind, {
    templates: [...paymentTemplates, supportTemplate].map(change),
    services: (means) => startServices(means, settings.granted ?? ['payments']),
    handlers: ({ payments, support }) => ({ ...paymentHandlers(payments), ...supportHandlers(support) }),
  });
  const { tasker, services, settle } = example;
  await services.endpoint.serve(tasker);
  const ids = countingIds();
  const submit = {
    refund: (context: object, version?: string) => submitPaymentRefund(tasker, context, ids, version),
    ticket: (context: object) => submitSupportRefund(tasker, context, ids),
  };
  return {
    ...example,
    submit,
    /** The payments team's own refund. */
    refund: async (context: object, version?: string) => settle((await submit.refund(context, version)).id),
    /** The support team's, without the one that it hands over. */
    ticket: async (context: object) => settle((await submit.ticket(context)).id),
    /** Tasks of the payments team, the first one first. */
    async paymentTasks() {
      const { tasks } = await listTasks(tasker.db, { namespace: 'payments' });
      const found = await Promise.all(tasks.map(({ taskId }) => findTask(tasker.db, taskId)));
      return found.flatMap((task) => task ?? []).toReversed();
    },
  };
}

async function startServices(
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
  granted: readonly string[],
): Promise<Services> {
  const endpoint = await startTaskEndpoint({ 'support-token': granted }, clock);
  onTestFinished(() => endpoint.close());
  const payments = await startPaymentServices({ clock, ids });
  onTestFinished(() => payments.close());
  const support = createSupportServices({ url: endpoint.url, token: 'support-token' }, { clock, ids });
  return { payments, support, endpoint };
}
