import { type ApiConnection, type ApiResponse, PermanentError, type StepContext } from '@tasker/engine';
import { type Fields, fieldsOf, textIn } from '../../shared/json-fields.ts';
import { type PlanName, planNamed } from '../plans.ts';
import type { RegistrationServices } from '../services.ts';
import { present, RegistrationStep } from './registration-step.ts';

export interface CreateUserAccountResult {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly plan: PlanName;
  readonly source: string;
  readonly status: 'created' | 'already_exists';
  readonly created_at: string;
  readonly correlation_id: string;
}

/**
 * Permanent: MISSING_EMAIL, MISSING_NAME, INVALID_EMAIL_FORMAT, USER_CONFLICT, MISSING_USER_ID_IN_RESPONSE,
 * MISSING_EMAIL_IN_RESPONSE, and by status CLIENT_VALIDATION_ERROR, AUTH_ERROR. Retryable: 5xx, 429, TIMEOUT,
 * CONNECTION_ERROR.
 */
export class CreateUserAccountHandler extends RegistrationStep {
  static override readonly handlerName = 'microservices.create_user_account';

  constructor(services: RegistrationServices) {
    super(services, 'users', accountTimeoutMs);
  }

  protected ask(context: StepContext, api: ApiConnection) {
    return requestAccount(readAccount(context), api);
  }

  override onConflict(_: ApiResponse, context: StepContext, api: ApiConnection) {
    return settleAccountConflict(readAccount(context), api, context);
  }

  override processResults(response: ApiResponse, context: StepContext) {
    return shapeAccount(readAccount(context), fieldsOf(response.body), 'created', context);
  }
}

export const accountTimeoutMs = 30_000;

interface AccountInputs {
  readonly email: string;
  readonly name: string;
  readonly plan: PlanName;
  readonly source: string;
  readonly phone: string | undefined;
  readonly company: string | undefined;
  readonly referralCode: string | undefined;
}

export function readAccount(context: Pick<StepContext, 'getInput'>): AccountInputs {
  const user = fieldsOf(context.getInput('user_info'));
  const email = present(textIn(user, 'email'), 'MISSING_EMAIL');
  const name = present(textIn(user, 'name'), 'MISSING_NAME');
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)) {
    throw new PermanentError('`user_info.email` must be an e-mail address.', { errorCode: 'INVALID_EMAIL_FORMAT' });
  }
  return {
    email,
    name,
    plan: planNamed(user?.['plan']),
    source: textIn(user, 'source') ?? 'web',
    phone: textIn(user, 'phone'),
    company: textIn(user, 'company'),
    referralCode: textIn(user, 'referral_code'),
  };
}

export function requestAccount(inputs: AccountInputs, api: ApiConnection): Promise<ApiResponse> {
  const { email, name, plan, source, phone, company, referralCode: referral_code } = inputs;
  return api.post('/users', { body: { email, name, plan, source, phone, company, referral_code } });
}

/** The address is taken: by the same user, from an attempt before or an earlier visit, or by somebody else. */
export async function settleAccountConflict(
  inputs: AccountInputs,
  api: ApiConnection,
  context: Pick<StepContext, 'correlationId'>,
): Promise<CreateUserAccountResult> {
  const response = (await api.get('/users', { email: inputs.email })).orThrow();
  const user = fieldsOf(response.body);
  const isSame = user?.['email'] === inputs.email && user['name'] === inputs.name && user['plan'] === inputs.plan;
  if (isSame) return shapeAccount(inputs, user, 'already_exists', context);
  throw new PermanentError('Somebody else has registered with this address.', { errorCode: 'USER_CONFLICT' });
}

export function shapeAccount(
  { name, plan, source }: AccountInputs,
  user: Fields | undefined,
  status: CreateUserAccountResult['status'],
  { correlationId }: Pick<StepContext, 'correlationId'>,
): CreateUserAccountResult {
  return {
    user_id: present(textIn(user, 'user_id'), 'MISSING_USER_ID_IN_RESPONSE'),
    email: present(textIn(user, 'email'), 'MISSING_EMAIL_IN_RESPONSE'),
    name,
    plan,
    source,
    status,
    created_at: textIn(user, 'created_at') ?? '',
    correlation_id: correlationId,
  };
}
