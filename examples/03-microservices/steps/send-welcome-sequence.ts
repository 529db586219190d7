import { type ApiConnection, type ApiResponse, RetryableError, type StepContext } from '@tasker/engine';
import { type Fields, fieldsOf, listOf, textIn } from '../../shared/json-fields.ts';
import { type Channel, type PlanName, planNamed, plans } from '../plans.ts';
import type { RegistrationServices } from '../services.ts';
import { present, RegistrationStep } from './registration-step.ts';

export interface SendWelcomeSequenceResult {
  readonly welcome_sequence_id: string;
  readonly recipient: string;
  readonly channels_used: readonly string[];
  readonly messages_sent: readonly WelcomeMessage[];
  readonly status: 'sent';
}

export interface WelcomeMessage {
  readonly channel: string;
  readonly message_id: string;
  readonly subject: string;
  readonly status: string;
}

/**
 * Permanent: MISSING_USER_DATA, MISSING_BILLING_DATA, MISSING_PREFERENCES_DATA, MISSING_SEQUENCE_ID_IN_RESPONSE, and by
 * status. Retryable: RATE_LIMITED when the service says, else after 30 s; 5xx, TIMEOUT, CONNECTION_ERROR.
 */
export class SendWelcomeSequenceHandler extends RegistrationStep {
  static override readonly handlerName = 'microservices.send_welcome_sequence';

  constructor(services: RegistrationServices) {
    super(services, 'notifications', welcomeTimeoutMs);
  }

  protected ask(context: StepContext, api: ApiConnection) {
    return requestWelcome(readWelcome(context), api, context);
  }

  override processResults(response: ApiResponse, context: StepContext) {
    return shapeWelcome(readWelcome(context), fieldsOf(response.body));
  }
}

export const welcomeTimeoutMs = 15_000;

interface WelcomeInputs {
  readonly userId: string;
  readonly recipient: string;
  readonly plan: PlanName;
  readonly channels: readonly Channel[];
}

export function readWelcome(context: Pick<StepContext, 'getDependencyResult'>): WelcomeInputs {
  const account = present(fieldsOf(context.getDependencyResult('create_user_account')), 'MISSING_USER_DATA');
  present(fieldsOf(context.getDependencyResult('setup_billing_profile')), 'MISSING_BILLING_DATA');
  const stored = fieldsOf(context.getDependencyResult('initialize_preferences'));
  const preferences = present(fieldsOf(stored?.['preferences']), 'MISSING_PREFERENCES_DATA');
  const plan = planNamed(account['plan']);
  return {
    userId: present(textIn(account, 'user_id'), 'MISSING_USER_DATA'),
    recipient: present(textIn(account, 'email'), 'MISSING_USER_DATA'),
    plan,
    channels: plans[plan].channels.filter(
      (channel) => channel !== 'email' || preferences['email_notifications'] !== false,
    ),
  };
}

export async function requestWelcome(
  { userId, recipient, plan, channels }: WelcomeInputs,
  api: ApiConnection,
  { idempotencyKey }: Pick<StepContext, 'idempotencyKey'>,
): Promise<ApiResponse> {
  const { welcome, followUps } = plans[plan];
  const body = { user_id: userId, recipient, ...welcome, channels, follow_ups: followUps };
  const response = await api.post('/sequences', { body, headers: { 'idempotency-key': idempotencyKey } });
  if (response.status === 429 && response.headers['retry-after'] === undefined) {
    throw new RetryableError('The notification service wants fewer messages.', {
      errorCode: 'RATE_LIMITED',
      retryAfter: 30,
    });
  }
  return response;
}

export function shapeWelcome({ recipient }: WelcomeInputs, sequence: Fields | undefined): SendWelcomeSequenceResult {
  const messages = (listOf(sequence?.['messages']) ?? []).map((message) => {
    const fields = fieldsOf(message);
    const read = (key: string) => textIn(fields, key) ?? '';
    return {
      channel: read('channel'),
      message_id: read('message_id'),
      subject: read('subject'),
      status: read('status'),
    };
  });
  return {
    welcome_sequence_id: present(textIn(sequence, 'welcome_sequence_id'), 'MISSING_SEQUENCE_ID_IN_RESPONSE'),
    recipient,
    channels_used: messages.map(({ channel }) => channel),
    messages_sent: messages,
    status: 'sent',
  };
}
