import type { Tasker } from '@tasker/engine';
import { createHealth, type Health, type HealthOptions } from '../health/health.ts';
import { type Admission, createAdmission } from './admission.ts';
import { type Authorizer, allowEverything } from './permission.ts';

/** What operations work with. */
export interface Services {
  readonly tasker: Tasker;
  readonly authorizer: Authorizer;
  readonly health: Health;
  /** Submissions pass here, whichever surface they come through. */
  readonly submissions: Admission;
}

export interface ServicesOptions extends HealthOptions {
  readonly tasker: Tasker;
  /** Default: everybody may do everything. */
  readonly authorizer?: Authorizer;
  /** Submissions under way at once; more are turned away (OVERLOADED). Default 1000. */
  readonly mostSubmissions?: number;
}

export function createServices(options: ServicesOptions): Services {
  const { tasker, authorizer = allowEverything, mostSubmissions = 1000, ...health } = options;
  return {
    tasker,
    authorizer,
    health: createHealth(tasker.db, health),
    submissions: createAdmission('submissions', mostSubmissions),
  };
}
