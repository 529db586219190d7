import type { Registration } from '../lifecycle/1-template/plan-store.ts';
import type { TaskerLogger } from './logger.ts';

/** One line per registration: what is new is information, what was there already is for whoever looks closely. */
export function logRegistration(logger: TaskerLogger, { registered, change }: Registration): void {
  const { namespace, name, version, hash } = registered.plan;
  const fields = { namespace, template: name, version, revision: registered.revision, hash };
  if (change === 'unchanged') logger.debug(fields, 'template unchanged');
  else logger.info(fields, `template ${change}`);
}
