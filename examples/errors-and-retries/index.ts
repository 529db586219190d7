import { systemClock } from '@tasker/engine';
import { templatesIn } from '../shared/read-template.ts';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { errorHandlers } from './handlers.ts';

/** For `tasker dev --tasks`: one workflow per way to fail. */
export const templates = templatesIn(new URL('errors.yaml', import.meta.url));
export const handlers = withSimulatedFaults(errorHandlers(), { clock: systemClock });
