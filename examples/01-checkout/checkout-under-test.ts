import {
  createTasker,
  type Database,
  findSteps,
  type StepView,
  type Tasker,
  type TaskerOptions,
  type TaskHandle,
  type TemplateDocument,
  taskFromTemplate,
  type UntypedResults,
} from '@tasker/engine';
import {
  createSimulatedClock,
  databaseInStep,
  installSettableClock,
  type SimulatedClock,
  seededRandom,
} from '@tasker/engine/testing';
import { countingIds } from '../shared/ids.ts';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { decideOrder } from './decide-order.ts';
import { checkoutHandlerClasses } from './handler-classes.ts';
import { checkoutHandlerFunctions } from './handler-functions.ts';
import type { Order } from './order.ts';
import { defineProcessOrder } from './process-order.ts';
import type { CheckoutServices } from './services/checkout-services.ts';
import { createSimulatedServices, type SimulatedServices } from './simulated/services.ts';
import { processOrderTemplate } from './template.ts';

/** The ways to write the same checkout. */
export type CheckoutForm = 'handler classes' | 'handler functions' | 'builder';

/** A checkout on simulated time, with services that can be looked into. */
export interface CheckoutUnderTest {
  readonly tasker: Tasker;
  readonly services: SimulatedServices;
  readonly clock: SimulatedClock;
  submit(order: Order | object): Promise<TaskHandle<UntypedResults>>;
  /** Lets time pass until the task has ended. */
  settle(taskId: string): Promise<SettledTask>;
  stop(): Promise<void>;
}

export interface SettledTask {
  readonly status: string;
  readonly results: UntypedResults;
  /** By name. */
  readonly steps: Readonly<Record<string, StepView>>;
}

export interface CheckoutSettings {
  readonly form?: CheckoutForm;
  /** Makes another template of the one in the file. */
  readonly change?: (document: TemplateDocument) => TemplateDocument;
  readonly allowSimulate?: boolean;
}

export async function startCheckout(db: Database, settings: CheckoutSettings = {}): Promise<CheckoutUnderTest> {
  const clock = createSimulatedClock();
  await installSettableClock(db, new Date(clock.now()));
  const services = createSimulatedServices({ clock, ids: countingIds() });
  const tasker = await createTasker({
    database: databaseInStep(db, clock),
    clock,
    random: seededRandom(1),
    // There is no other worker to look after.
    upkeep: false,
    ...workOf(services, settings),
  });
  return {
    tasker,
    services,
    clock,
    submit: (context) => tasker.submit({ namespace: 'ecommerce', name: 'process_order', context }),
    async settle(taskId) {
      const { status, results } = await until(tasker.task(taskId).completed(), clock);
      const steps = await findSteps(tasker.db, [taskId]);
      return { status, results, steps: Object.fromEntries(steps.map((step) => [step.name, step])) };
    },
    stop: () => until(tasker.stop(), clock),
  };
}

/** Lets time pass until something has happened. */
async function until<Result>(happened: Promise<Result>, clock: SimulatedClock): Promise<Result> {
  let over = false;
  const watched = happened.finally(() => {
    over = true;
  });
  await clock.runUntil(() => over);
  return watched;
}

function workOf(services: CheckoutServices, settings: CheckoutSettings): Partial<TaskerOptions> {
  const { form = 'handler classes', change = (document) => document, allowSimulate = false } = settings;
  if (form === 'builder') return { tasks: [defineProcessOrder(services)] };
  const handlers = form === 'handler classes' ? checkoutHandlerClasses(services) : checkoutHandlerFunctions(services);
  return {
    tasks: [taskFromTemplate(change(processOrderTemplate)).onSubmit(decideOrder)],
    handlers: withSimulatedFaults(handlers, { clock: services.clock, allowed: allowSimulate }),
  };
}
