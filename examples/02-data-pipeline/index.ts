import { systemClock } from '@tasker/engine';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { pipelineHandlerClasses } from './handler-classes.ts';
import { createPipelineServices } from './simulated/services.ts';
import { pipelineErrors } from './simulated-errors.ts';
import { pipelineTemplates } from './templates.ts';

/** For `tasker dev --tasks`: both pipelines with simulated services. */
export const templates = pipelineTemplates;
export const handlers = withSimulatedFaults(pipelineHandlerClasses(createPipelineServices()), {
  clock: systemClock,
  errors: pipelineErrors,
});
