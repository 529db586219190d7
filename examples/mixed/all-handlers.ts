import { type HandlerInstance, systemClock } from '@tasker/engine';
import { checkoutHandlerClasses } from '../01-checkout/handler-classes.ts';
import { createSimulatedServices } from '../01-checkout/simulated/services.ts';
import { pipelineHandlerClasses } from '../02-data-pipeline/handler-classes.ts';
import { createPipelineServices } from '../02-data-pipeline/simulated/services.ts';
import { registrationHandlerClasses } from '../03-microservices/handler-classes.ts';
import type { RegistrationServices } from '../03-microservices/services.ts';
import { supportHandlerClasses } from '../04-team-scaling/customer-success/handler-classes.ts';
import { createSupportServices } from '../04-team-scaling/customer-success/simulated/services.ts';
import { paymentHandlerClasses } from '../04-team-scaling/payments/handler-classes.ts';
import { startPaymentServices } from '../04-team-scaling/payments/simulated/services.ts';
import { errorHandlers } from '../errors-and-retries/handlers.ts';
import { shapeHandlers } from '../shapes/handlers.ts';

/** Services that all processes share, by their address. */
export interface SharedServices {
  readonly registration: RegistrationServices['urls'];
  readonly gateway: string;
  readonly payments: { readonly url: string; readonly token: string };
}

/** The handlers of the tasks of `mixTasks`. What is not shared, each process has for itself. */
export async function allHandlers(shared: SharedServices): Promise<Record<string, HandlerInstance>> {
  const announcer = { announce: () => undefined };
  return {
    ...checkoutHandlerClasses(createSimulatedServices()),
    ...pipelineHandlerClasses(createPipelineServices()),
    ...registrationHandlerClasses({ urls: shared.registration, announcer, clock: systemClock }),
    ...paymentHandlerClasses({ ...(await startPaymentServices()), gatewayUrl: shared.gateway }),
    ...supportHandlerClasses(createSupportServices(shared.payments)),
    ...shapeHandlers(),
    ...errorHandlers(),
  };
}
