import { type Clock, systemClock } from '@tasker/engine';
import { FaultPlan } from '../../shared/fault-plan.ts';
import { type IdSource, randomIds } from '../../shared/ids.ts';
import { type ServiceApp, startLoopback } from '../../shared/loopback-server.ts';
import type { RegistrationServices, ServiceCallEvent } from '../services.ts';
import { BillingService } from './billing-service.ts';
import { NotificationService } from './notification-service.ts';
import { type Platform, type PlatformMethods, Troubles } from './platform.ts';
import { PreferenceService } from './preference-service.ts';
import { UserService } from './user-service.ts';

/** The four services, on 127.0.0.1, with nothing behind them. */
export interface SimulatedPlatform extends RegistrationServices {
  readonly faults: FaultPlan<PlatformMethods>;
  readonly troubles: Troubles;
  readonly users: UserService;
  readonly billing: BillingService;
  /** What was announced, in order. */
  readonly events: readonly ServiceCallEvent[];
  close(): Promise<void>;
}

/** @param options both default to the real thing: the system's clock, random ids */
export async function startRegistrationServices(
  options: { clock?: Clock; ids?: IdSource } = {},
): Promise<SimulatedPlatform> {
  const { clock = systemClock, ids = randomIds } = options;
  const platform: Platform = { clock, ids, faults: new FaultPlan(clock), troubles: new Troubles() };
  const users = new UserService(platform);
  const billing = new BillingService(platform, (userId) => users.emailOf(userId));
  const preferences = new PreferenceService(platform, (userId) => users.emailOf(userId));
  const notifications = new NotificationService(platform);
  const events: ServiceCallEvent[] = [];
  const { urls, close } = await startLoopback({
    users: labelled('user-service', '1.2.0', users.answer),
    billing: labelled('billing-service', '2.1.0', billing.answer),
    preferences: labelled('preferences-service', '1.0.3', preferences.answer),
    notifications: labelled('notification-service', '3.2.1', notifications.answer),
  });
  return {
    urls,
    announcer: { announce: (event) => void events.push(event) },
    clock,
    faults: platform.faults,
    troubles: platform.troubles,
    users,
    billing,
    events,
    close,
  };
}

/** Every answer says who gives it, and how long that took. */
function labelled(name: string, version: string, app: ServiceApp): ServiceApp {
  return async (request) => {
    const begin = performance.now();
    const answer = await app(request);
    const tookMs = Math.round(performance.now() - begin);
    const headers = { 'x-service': name, 'x-version': version, 'x-response-time': `${tookMs}ms` };
    return { ...answer, headers: { ...headers, ...answer.headers } };
  };
}
