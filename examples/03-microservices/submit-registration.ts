import type { Clock, Tasker, TaskHandle, UntypedResults } from '@tasker/engine';
import type { IdSource } from '../shared/ids.ts';
import { fieldsOf, textIn } from '../shared/json-fields.ts';

/**
 * Submits a registration as the sign-up form does: with the correlation id that came along, or a new one. All calls of
 * all attempts carry it.
 *
 * @param registration may come from outside: the template's schema decides whether it is one
 */
export function submitRegistration(
  tasker: Tasker,
  registration: object,
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
): Promise<TaskHandle<UntypedResults>> {
  const given = textIn(fieldsOf(registration), 'correlation_id');
  const correlationId = given ?? `reg_${Math.floor(clock.now() / 1000)}_${ids.hex(8)}`;
  return tasker.submit({
    namespace: 'microservices',
    name: 'user_registration',
    correlationId,
    context: registration,
  });
}
