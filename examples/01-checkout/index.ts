import { systemClock } from '@tasker/engine';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { checkoutHandlerClasses } from './handler-classes.ts';
import { createSimulatedServices } from './simulated/services.ts';
import { processOrderTemplate } from './template.ts';

/** For `tasker dev --tasks`: the checkout with simulated services. */
export const templates = [processOrderTemplate];
export const handlers = withSimulatedFaults(checkoutHandlerClasses(createSimulatedServices()), { clock: systemClock });
