import type { Clock } from '@tasker/engine';

/** What a registration talks to: four services over HTTP, and whoever wants to hear of it. */
export interface RegistrationServices {
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly announcer: CallAnnouncer;
  readonly clock: Clock;
}

export type ServiceName = 'users' | 'billing' | 'preferences' | 'notifications';

/** Hears of every call. Nobody waits for it. */
export interface CallAnnouncer {
  announce(event: ServiceCallEvent): void;
}

export interface ServiceCallEvent {
  readonly name: 'service_call_started' | 'service_call_completed' | 'service_call_failed';
  readonly service: ServiceName;
  readonly step: string;
  readonly correlation_id: string;
}
