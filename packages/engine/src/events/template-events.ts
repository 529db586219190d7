import type { Clock } from '../clock.ts';
import type { Registration } from '../lifecycle/1-template/plan-store.ts';
import type { EventBus } from './event-bus.ts';

/**
 * Publishes registrations, after their commit; one that changed nothing is no event.
 *
 * @param newId makes ids of events
 */
export function createTemplateEvents(
  bus: EventBus,
  clock: Clock,
  newId: () => string,
): (registration: Registration) => void {
  return ({ registered, change }) => {
    if (change === 'unchanged' || !bus.isHeard(`template.${change}`)) return;
    const { namespace, name, version, hash } = registered.plan;
    bus.publish({
      event_id: newId(),
      event_type: `template.${change}`,
      timestamp: new Date(clock.now()).toISOString(),
      namespace,
      template_name: name,
      version,
      revision: registered.revision,
      hash,
    });
  };
}
