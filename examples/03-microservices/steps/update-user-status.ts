import { type ApiConnection, type ApiResponse, type Clock, PermanentError, type StepContext } from '@tasker/engine';
import { type Fields, fieldsOf, listOf, textIn } from '../../shared/json-fields.ts';
import type { RegistrationServices } from '../services.ts';
import { present, RegistrationStep } from './registration-step.ts';

export interface UpdateUserStatusResult {
  readonly user_id: string;
  readonly status: string;
  readonly plan: string;
  readonly registration_summary: {
    readonly email: string;
    readonly billing_status: string;
    readonly preferences_count: number;
    readonly welcome_sent: boolean;
    readonly notification_channels: readonly string[];
    readonly registration_completed_at: string;
  };
  readonly all_services_coordinated: true;
  readonly services_completed: number;
}

/**
 * Permanent: INCOMPLETE_WORKFLOW, USER_NOT_FOUND, MISSING_STATUS_IN_RESPONSE, and by status. Retryable: 5xx, 429,
 * TIMEOUT, CONNECTION_ERROR.
 */
export class UpdateUserStatusHandler extends RegistrationStep {
  static override readonly handlerName = 'microservices.update_user_status';

  constructor(services: RegistrationServices) {
    super(services, 'users', statusTimeoutMs);
  }

  protected ask(context: StepContext, api: ApiConnection) {
    return requestActivation(readActivation(context), api);
  }

  override processResults(response: ApiResponse, context: StepContext) {
    return shapeActivation(readActivation(context), fieldsOf(response.body), this.clock);
  }
}

export const statusTimeoutMs = 10_000;

interface ActivationInputs {
  readonly userId: string;
  readonly account: Fields;
  readonly billing: Fields;
  readonly preferences: Fields;
  readonly welcome: Fields;
}

export function readActivation(context: Pick<StepContext, 'getDependencyResult'>): ActivationInputs {
  const read = (step: string) => present(fieldsOf(context.getDependencyResult(step)), 'INCOMPLETE_WORKFLOW');
  const account = read('create_user_account');
  return {
    userId: present(textIn(account, 'user_id'), 'INCOMPLETE_WORKFLOW'),
    account,
    billing: read('setup_billing_profile'),
    preferences: read('initialize_preferences'),
    welcome: read('send_welcome_sequence'),
  };
}

export async function requestActivation({ userId }: ActivationInputs, api: ApiConnection): Promise<ApiResponse> {
  const response = await api.patch(`/users/${encodeURIComponent(userId)}`, { body: { status: 'active' } });
  if (response.status !== 404) return response;
  throw new PermanentError('The account is gone.', { errorCode: 'USER_NOT_FOUND', context: { user_id: userId } });
}

export function shapeActivation(
  { userId, account, billing, preferences, welcome }: ActivationInputs,
  user: Fields | undefined,
  clock: Clock,
): UpdateUserStatusResult {
  return {
    user_id: userId,
    status: present(textIn(user, 'status'), 'MISSING_STATUS_IN_RESPONSE'),
    plan: textIn(account, 'plan') ?? 'free',
    registration_summary: {
      email: textIn(account, 'email') ?? '',
      billing_status: textIn(billing, 'status') ?? '',
      preferences_count: Object.keys(fieldsOf(preferences['preferences']) ?? {}).length,
      welcome_sent: welcome['status'] === 'sent',
      notification_channels: (listOf(welcome['channels_used']) ?? []).map(String),
      registration_completed_at: new Date(clock.now()).toISOString(),
    },
    all_services_coordinated: true,
    services_completed: 4,
  };
}
