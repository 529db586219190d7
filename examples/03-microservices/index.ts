import { systemClock } from '@tasker/engine';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { registrationHandlerClasses } from './handler-classes.ts';
import { startRegistrationServices } from './simulated/services.ts';
import { userRegistrationTemplate } from './template.ts';

/** For `tasker dev --tasks`: the registration, with its four services on 127.0.0.1. */
export const templates = [userRegistrationTemplate];
export const handlers = withSimulatedFaults(registrationHandlerClasses(await startRegistrationServices()), {
  clock: systemClock,
});
