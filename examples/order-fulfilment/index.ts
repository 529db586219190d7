import { systemClock } from '@tasker/engine';
import { templatesIn } from '../shared/read-template.ts';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { fulfilmentHandlers } from './handlers.ts';
import { createFulfilmentServices } from './services.ts';

/** For `tasker dev --tasks`: from an order to its shipment. */
export const templates = templatesIn(new URL('business-workflow.yaml', import.meta.url));
export const handlers = withSimulatedFaults(fulfilmentHandlers(createFulfilmentServices()), { clock: systemClock });
