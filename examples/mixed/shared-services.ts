import { systemClock, type Tasker } from '@tasker/engine';
import { onTestFinished } from 'vitest';
import { startRegistrationServices } from '../03-microservices/simulated/services.ts';
import { startPaymentServices } from '../04-team-scaling/payments/simulated/services.ts';
import { startTaskEndpoint } from '../04-team-scaling/task-endpoint.ts';
import type { SharedServices } from './all-handlers.ts';

/** Starts what all processes of a test share; the support team's refunds go to `tasker`, once that is there. */
export async function startSharedServices() {
  const registration = await startRegistrationServices();
  onTestFinished(() => registration.close());
  const payments = await startPaymentServices();
  onTestFinished(() => payments.close());
  const endpoint = await startTaskEndpoint({ 'support-token': ['payments'] }, systemClock);
  onTestFinished(() => endpoint.close());
  const shared: SharedServices = {
    registration: registration.urls,
    gateway: payments.gatewayUrl,
    payments: { url: endpoint.url, token: 'support-token' },
  };
  return { shared, registration, payments, serve: (tasker: Tasker) => endpoint.serve(tasker) };
}
