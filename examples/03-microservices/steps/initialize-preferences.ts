import type { ApiConnection, ApiResponse, StepContext } from '@tasker/engine';
import { type Fields, fieldsOf, textIn } from '../../shared/json-fields.ts';
import { type PlanName, planNamed, plans } from '../plans.ts';
import type { RegistrationServices } from '../services.ts';
import { present, RegistrationStep } from './registration-step.ts';

export interface InitializePreferencesResult {
  readonly preferences_id: string;
  readonly preferences: Fields;
  /** How many of them come from the plan. */
  readonly defaults_applied: number;
  /** How many of them the user has chosen. */
  readonly customizations: number;
  readonly status: string;
}

/**
 * Permanent: MISSING_USER_ID, MISSING_PREFERENCES_ID, MISSING_PREFERENCES_DATA, and by status. Retryable: 5xx, 429,
 * TIMEOUT, CONNECTION_ERROR.
 */
export class InitializePreferencesHandler extends RegistrationStep {
  static override readonly handlerName = 'microservices.initialize_preferences';

  constructor(services: RegistrationServices) {
    super(services, 'preferences', preferencesTimeoutMs);
  }

  protected ask(context: StepContext, api: ApiConnection) {
    return requestPreferences(readPreferences(context), api);
  }

  override onConflict(_: ApiResponse, context: StepContext, api: ApiConnection) {
    return findPreferences(readPreferences(context), api);
  }

  override processResults(response: ApiResponse, context: StepContext) {
    return shapePreferences(readPreferences(context), fieldsOf(response.body));
  }
}

export const preferencesTimeoutMs = 20_000;

interface PreferenceInputs {
  readonly userId: string;
  readonly plan: PlanName;
  readonly own: Fields;
}

export function readPreferences(context: Pick<StepContext, 'getInput' | 'getDependencyResult'>): PreferenceInputs {
  const account = fieldsOf(context.getDependencyResult('create_user_account'));
  return {
    userId: present(textIn(account, 'user_id'), 'MISSING_USER_ID'),
    plan: planNamed(account?.['plan']),
    own: fieldsOf(context.getInput('preferences')) ?? {},
  };
}

/** An explicit false stays false, whatever the plan suggests. */
export function preferencesOf({ plan, own }: Pick<PreferenceInputs, 'plan' | 'own'>): Fields {
  return { ...plans[plan].preferences, ...own };
}

export function requestPreferences(inputs: PreferenceInputs, api: ApiConnection): Promise<ApiResponse> {
  return api.post('/preferences', { body: { user_id: inputs.userId, preferences: preferencesOf(inputs) } });
}

export function findPreferences({ userId }: PreferenceInputs, api: ApiConnection): Promise<ApiResponse> {
  return api.get(`/preferences/${encodeURIComponent(userId)}`);
}

export function shapePreferences({ own }: PreferenceInputs, stored: Fields | undefined): InitializePreferencesResult {
  const preferences = present(fieldsOf(stored?.['preferences']), 'MISSING_PREFERENCES_DATA');
  return {
    preferences_id: present(textIn(stored, 'preferences_id'), 'MISSING_PREFERENCES_ID'),
    preferences,
    defaults_applied: Object.keys(preferences).filter((key) => !Object.hasOwn(own, key)).length,
    customizations: Object.keys(own).length,
    status: textIn(stored, 'status') ?? 'active',
  };
}
