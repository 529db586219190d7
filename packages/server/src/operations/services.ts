import type { Tasker } from '@tasker/engine';
import { createHealth, type Health, type HealthOptions } from '../health/health.ts';
import { type Authorizer, allowEverything } from './permission.ts';

/** What operations work with. */
export interface Services {
  readonly tasker: Tasker;
  readonly authorizer: Authorizer;
  readonly health: Health;
}

export interface ServicesOptions extends HealthOptions {
  readonly tasker: Tasker;
  /** Default: everybody may do everything. */
  readonly authorizer?: Authorizer;
}

export function createServices({ tasker, authorizer = allowEverything, ...health }: ServicesOptions): Services {
  return { tasker, authorizer, health: createHealth(tasker.db, health) };
}
