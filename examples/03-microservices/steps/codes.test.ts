import type { Json } from '@tasker/engine';
import { expect, test } from 'vitest';
import { failureOf } from '../../shared/expect-failure.ts';
import { readAccount, shapeAccount } from './create-user-account.ts';
import { preferencesOf, readPreferences, shapePreferences } from './initialize-preferences.ts';
import { readWelcome, shapeWelcome } from './send-welcome-sequence.ts';
import { readBilling, shapeBilling } from './setup-billing-profile.ts';
import { readActivation, shapeActivation } from './update-user-status.ts';

/** As much of a context as reading needs. */
function given(input: Readonly<Record<string, Json>>, results: Readonly<Record<string, Json>> = {}) {
  return {
    getInput: (key: string) => input[key],
    getDependencyResult: (step: string) => results[step] ?? null,
  };
}

const account = { user_id: 'u', email: 'ada@example.com', name: 'Ada', plan: 'pro' };
const results = {
  create_user_account: account,
  setup_billing_profile: { status: 'active' },
  initialize_preferences: { preferences: {} },
  send_welcome_sequence: { status: 'sent' },
};
const without = (step: keyof typeof results) => given({}, { ...results, [step]: null });
const inputs = readAccount(given({ user_info: account }));
const clock = { now: () => 0, elapsed: () => 0, wakeAfter: () => () => undefined };

test.each([
  ['MISSING_EMAIL', () => readAccount(given({ user_info: { name: 'Ada' } }))],
  ['MISSING_NAME', () => readAccount(given({ user_info: { email: 'ada@example.com', name: ' ' } }))],
  ['INVALID_EMAIL_FORMAT', () => readAccount(given({ user_info: { ...account, email: 'ada@nowhere' } }))],
  ['MISSING_USER_ID_IN_RESPONSE', () => shapeAccount(inputs, {}, 'created', { correlationId: 'c' })],
  ['MISSING_EMAIL_IN_RESPONSE', () => shapeAccount(inputs, { user_id: 'u' }, 'created', { correlationId: 'c' })],
  ['MISSING_USER_ID', () => readBilling(without('create_user_account'))],
  ['MISSING_PROFILE_ID_IN_RESPONSE', () => shapeBilling({ plan: 'pro' })],
  ['MISSING_PLAN_IN_RESPONSE', () => shapeBilling({ billing_id: 'b' })],
  ['MISSING_USER_ID', () => readPreferences(without('create_user_account'))],
  ['MISSING_PREFERENCES_DATA', () => shapePreferences({ userId: 'u', plan: 'free', own: {} }, {})],
  ['MISSING_PREFERENCES_ID', () => shapePreferences({ userId: 'u', plan: 'free', own: {} }, { preferences: {} })],
  ['MISSING_USER_DATA', () => readWelcome(without('create_user_account'))],
  ['MISSING_BILLING_DATA', () => readWelcome(without('setup_billing_profile'))],
  ['MISSING_PREFERENCES_DATA', () => readWelcome(without('initialize_preferences'))],
  ['MISSING_SEQUENCE_ID_IN_RESPONSE', () => shapeWelcome(readWelcome(given({}, results)), {})],
  ['INCOMPLETE_WORKFLOW', () => readActivation(without('send_welcome_sequence'))],
  ['MISSING_STATUS_IN_RESPONSE', () => shapeActivation(readActivation(given({}, results)), {}, clock)],
])('%s is final', async (code, work) => {
  expect(await failureOf(work)).toBe(`P ${code}`);
});

test('what the user says goes before what the plan suggests', () => {
  expect(preferencesOf({ plan: 'pro', own: { theme: 'light', newsletter: true } })).toMatchObject({
    theme: 'light',
    newsletter: true,
    weekly_digest: true,
  });
});
