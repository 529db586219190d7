import { systemClock } from '@tasker/engine';
import { templatesIn } from '../shared/read-template.ts';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { shapeHandlers } from './handlers.ts';

/** For `tasker dev --tasks`: graphs that compute. */
export const templates = templatesIn(new URL('shapes.yaml', import.meta.url));
export const handlers = withSimulatedFaults(shapeHandlers(), { clock: systemClock });
