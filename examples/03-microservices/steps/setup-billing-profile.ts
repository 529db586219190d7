import { type ApiConnection, type ApiResponse, PermanentError, type StepContext } from '@tasker/engine';
import { type Fields, fieldsOf, listOf, numberIn, textIn } from '../../shared/json-fields.ts';
import { fromCents } from '../../shared/money.ts';
import { type PlanName, planNamed, plans } from '../plans.ts';
import type { RegistrationServices } from '../services.ts';
import { present, RegistrationStep } from './registration-step.ts';

export interface BillingProfileResult {
  readonly billing_id: string;
  readonly user_id: string;
  readonly plan: string;
  readonly price: number;
  readonly currency: string;
  readonly billing_cycle: string;
  readonly features: readonly string[];
  readonly status: string;
  readonly next_billing_date: string;
}

/** What costs nothing needs no profile. */
export interface BillingSkippedResult {
  readonly billing_required: false;
  readonly status: 'skipped_free_plan';
}

/**
 * Permanent: MISSING_USER_ID, PAYMENT_METHOD_REQUIRED, MISSING_PROFILE_ID_IN_RESPONSE, MISSING_PLAN_IN_RESPONSE, and by
 * status. Retryable: 5xx, 429, TIMEOUT, CONNECTION_ERROR.
 */
export class SetupBillingProfileHandler extends RegistrationStep {
  static override readonly handlerName = 'microservices.setup_billing_profile';

  constructor(services: RegistrationServices) {
    super(services, 'billing', billingTimeoutMs);
  }

  protected ask(context: StepContext, api: ApiConnection) {
    return requestBilling(readBilling(context), api);
  }

  /** The profile of an attempt before. */
  override onConflict(_: ApiResponse, context: StepContext, api: ApiConnection) {
    return findBilling(readBilling(context), api);
  }

  override processResults(response: ApiResponse) {
    return shapeBilling(fieldsOf(response.body));
  }
}

export const billingTimeoutMs = 30_000;

interface BillingInputs {
  readonly userId: string;
  readonly plan: PlanName;
  readonly paymentMethod: string | undefined;
  readonly address: unknown;
}

export function readBilling(context: Pick<StepContext, 'getInput' | 'getDependencyResult'>): BillingInputs {
  const account = fieldsOf(context.getDependencyResult('create_user_account'));
  const billing = fieldsOf(context.getInput('billing_info'));
  return {
    userId: present(textIn(account, 'user_id'), 'MISSING_USER_ID'),
    plan: planNamed(account?.['plan']),
    paymentMethod: textIn(billing, 'payment_method'),
    address: billing?.['billing_address'],
  };
}

export async function requestBilling(
  { userId, plan, paymentMethod, address }: BillingInputs,
  api: ApiConnection,
): Promise<ApiResponse | BillingSkippedResult> {
  const { priceCents, features } = plans[plan];
  if (priceCents === 0) return { billing_required: false, status: 'skipped_free_plan' };
  const body = {
    user_id: userId,
    plan,
    price: fromCents(priceCents),
    features,
    payment_method: paymentMethod,
    billing_address: address,
  };
  const response = await api.post('/profiles', { body });
  if (response.status === 402) {
    throw new PermanentError(`The plan ${plan} needs a payment method: \`billing_info.payment_method\`.`, {
      errorCode: 'PAYMENT_METHOD_REQUIRED',
    });
  }
  return response;
}

export function findBilling({ userId }: BillingInputs, api: ApiConnection): Promise<ApiResponse> {
  return api.get(`/profiles/${encodeURIComponent(userId)}`);
}

export function shapeBilling(profile: Fields | undefined): BillingProfileResult {
  return {
    billing_id: present(textIn(profile, 'billing_id'), 'MISSING_PROFILE_ID_IN_RESPONSE'),
    user_id: textIn(profile, 'user_id') ?? '',
    plan: present(textIn(profile, 'plan'), 'MISSING_PLAN_IN_RESPONSE'),
    price: numberIn(profile, 'price') ?? 0,
    currency: textIn(profile, 'currency') ?? 'USD',
    billing_cycle: textIn(profile, 'billing_cycle') ?? 'monthly',
    features: (listOf(profile?.['features']) ?? []).map(String),
    status: textIn(profile, 'status') ?? 'active',
    next_billing_date: textIn(profile, 'next_billing_date') ?? '',
  };
}
