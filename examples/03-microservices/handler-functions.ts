import { defineApiHandler, type HandlerInstance } from '@tasker/engine';
import { handlersByName } from '../shared/handlers-by-name.ts';
import { fieldsOf } from '../shared/json-fields.ts';
import type { RegistrationServices } from './services.ts';
import {
  accountTimeoutMs,
  readAccount,
  requestAccount,
  settleAccountConflict,
  shapeAccount,
} from './steps/create-user-account.ts';
import {
  findPreferences,
  preferencesTimeoutMs,
  readPreferences,
  requestPreferences,
  shapePreferences,
} from './steps/initialize-preferences.ts';
import { announced } from './steps/registration-step.ts';
import { readWelcome, requestWelcome, shapeWelcome, welcomeTimeoutMs } from './steps/send-welcome-sequence.ts';
import {
  billingTimeoutMs,
  findBilling,
  readBilling,
  requestBilling,
  shapeBilling,
} from './steps/setup-billing-profile.ts';
import { readActivation, requestActivation, shapeActivation, statusTimeoutMs } from './steps/update-user-status.ts';

/** The functional form: also for user-registration.yaml. */
export function registrationHandlerFunctions(services: RegistrationServices): Record<string, HandlerInstance> {
  const { urls, clock } = services;
  return handlersByName(
    [
      defineApiHandler(
        'microservices.create_user_account',
        {
          url: urls.users,
          timeoutMs: accountTimeoutMs,
          onConflict: (_, context, api) => settleAccountConflict(readAccount(context), api, context),
          processResults: (response, context) =>
            shapeAccount(readAccount(context), fieldsOf(response.body), 'created', context),
        },
        ({ api, context }) => announced(services, 'users', context, () => requestAccount(readAccount(context), api)),
      ),
      defineApiHandler(
        'microservices.setup_billing_profile',
        {
          url: urls.billing,
          timeoutMs: billingTimeoutMs,
          onConflict: (_, context, api) => findBilling(readBilling(context), api),
          processResults: (response) => shapeBilling(fieldsOf(response.body)),
        },
        ({ api, context }) => announced(services, 'billing', context, () => requestBilling(readBilling(context), api)),
      ),
      defineApiHandler(
        'microservices.initialize_preferences',
        {
          url: urls.preferences,
          timeoutMs: preferencesTimeoutMs,
          onConflict: (_, context, api) => findPreferences(readPreferences(context), api),
          processResults: (response, context) => shapePreferences(readPreferences(context), fieldsOf(response.body)),
        },
        ({ api, context }) =>
          announced(services, 'preferences', context, () => requestPreferences(readPreferences(context), api)),
      ),
      defineApiHandler(
        'microservices.send_welcome_sequence',
        {
          url: urls.notifications,
          timeoutMs: welcomeTimeoutMs,
          processResults: (response, context) => shapeWelcome(readWelcome(context), fieldsOf(response.body)),
        },
        ({ api, context }) =>
          announced(services, 'notifications', context, () => requestWelcome(readWelcome(context), api, context)),
      ),
      defineApiHandler(
        'microservices.update_user_status',
        {
          url: urls.users,
          timeoutMs: statusTimeoutMs,
          processResults: (response, context) =>
            shapeActivation(readActivation(context), fieldsOf(response.body), clock),
        },
        ({ api, context }) =>
          announced(services, 'users', context, () => requestActivation(readActivation(context), api)),
      ),
    ].map((Handler) => new Handler()),
  );
}
