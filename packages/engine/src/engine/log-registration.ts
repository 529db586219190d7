import type { SubscriptionChange } from '../events/event-bus.ts';
import type { Registration } from '../lifecycle/1-template/plan-store.ts';
import type { HandlerChange } from '../lifecycle/4-execution/handler-registry.ts';
import type { TaskerLogger } from './logger.ts';

/** One line per registration: what is new is information, what was there already is for whoever looks closely. */
export function logRegistration(logger: TaskerLogger, { registered, change }: Registration): void {
  const { namespace, name, version, hash } = registered.plan;
  const fields = { namespace, template: name, version, revision: registered.revision, hash };
  if (change === 'unchanged') logger.debug(fields, 'template unchanged');
  else logger.info(fields, `template ${change}`);
}

/** The handlers of a program come with it, and there may be thousands: only one that takes another's place is news. */
export function logHandler(logger: TaskerLogger, change: HandlerChange, callable: string): void {
  const level = change === 'replaced' ? 'info' : 'debug';
  logger[level]({ callable }, `handler ${change}`);
}

export function logSubscription(logger: TaskerLogger, { change, name, pattern }: SubscriptionChange): void {
  logger.info({ subscriber: name, subscribed_to: pattern }, `subscriber ${change}`);
}
