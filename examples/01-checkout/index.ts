import { systemClock } from '@tasker/engine';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { checkoutHandlerClasses } from './handler-classes.ts';
import { createSimulatedServices } from './simulated/services.ts';

export { processOrder } from './template.ts';

/** For `tasker dev --tasks`: simulated services. */
export const handlers = withSimulatedFaults(checkoutHandlerClasses(createSimulatedServices()), { clock: systemClock });
