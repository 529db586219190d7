import type { HandlerInstance } from '@tasker/engine';
import { handlersByName } from '../shared/handlers-by-name.ts';
import type { RegistrationServices } from './services.ts';
import { CreateUserAccountHandler } from './steps/create-user-account.ts';
import { InitializePreferencesHandler } from './steps/initialize-preferences.ts';
import { SendWelcomeSequenceHandler } from './steps/send-welcome-sequence.ts';
import { SetupBillingProfileHandler } from './steps/setup-billing-profile.ts';
import { UpdateUserStatusHandler } from './steps/update-user-status.ts';

/** The class form: for user-registration.yaml. */
export function registrationHandlerClasses(services: RegistrationServices): Record<string, HandlerInstance> {
  return handlersByName([
    new CreateUserAccountHandler(services),
    new SetupBillingProfileHandler(services),
    new InitializePreferencesHandler(services),
    new SendWelcomeSequenceHandler(services),
    new UpdateUserStatusHandler(services),
  ]);
}
