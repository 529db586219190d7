import { findAnnotations, InvalidContext, type TemplateDocument } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { describeEachDatabase, type TestDatabaseKind } from '../../packages/engine/test/servers/databases.ts';
import { openExample } from '../shared/example-under-test.ts';
import { countingIds } from '../shared/ids.ts';
import { NetworkError } from '../shared/port-call.ts';
import { annotateRegistrations } from './annotate-registrations.ts';
import { registrationHandlerClasses } from './handler-classes.ts';
import { registrationHandlerFunctions } from './handler-functions.ts';
import { startRegistrationServices } from './simulated/services.ts';
import { submitRegistration } from './submit-registration.ts';
import { userRegistrationTemplate } from './template.ts';

// The scenarios of the registration, by number, against services over HTTP, on a clock that waits for nobody.

const complete = {
  create_user_account: 'complete',
  setup_billing_profile: 'complete',
  initialize_preferences: 'complete',
  send_welcome_sequence: 'complete',
  update_user_status: 'complete',
};
const never = 'not run';

describeEachDatabase((kind) => {
  it('03.1 a pro user gets an account, a profile, preferences and a welcome', async () => {
    const { register } = await open(kind);
    const { status, course, results } = await register(pro('sarah@example.com'));
    expect([status, course]).toEqual(['complete', complete]);
    expect(results).toMatchObject({
      create_user_account: { email: 'sarah@example.com', plan: 'pro', status: 'created' },
      setup_billing_profile: {
        price: 29.99,
        currency: 'USD',
        billing_cycle: 'monthly',
        features: ['basic_features', 'advanced_analytics'],
      },
      initialize_preferences: { defaults_applied: 8, customizations: 0, preferences: { theme: 'dark' } },
      send_welcome_sequence: {
        channels_used: ['email', 'in_app'],
        messages_sent: [{ subject: 'Welcome to Pro!' }, { channel: 'in_app' }],
      },
      update_user_status: {
        status: 'active',
        services_completed: 4,
        all_services_coordinated: true,
        registration_summary: { preferences_count: 8, welcome_sent: true, billing_status: 'active' },
      },
    });
  });

  it('03.2 a free user needs no billing', async () => {
    const { register, services } = await open(kind);
    const { status, results } = await register(free('joe@example.com'));
    expect(status).toBe('complete');
    expect(results).toMatchObject({
      setup_billing_profile: { billing_required: false, status: 'skipped_free_plan' },
      initialize_preferences: { defaults_applied: 7 },
      send_welcome_sequence: { messages_sent: [{ subject: 'Welcome to Our Platform!' }, {}] },
    });
    expect(services.billing.profileCount).toBe(0);
  });

  it('03.3 an enterprise user gets everything, on three channels', async () => {
    const { register } = await open(kind);
    const { status, results } = await register({
      ...pro('ceo@example.com'),
      user_info: { email: 'ceo@example.com', name: 'Ceo', plan: 'enterprise', company: 'Acme' },
    });
    expect(status).toBe('complete');
    expect(results).toMatchObject({
      setup_billing_profile: { price: 299.99 },
      initialize_preferences: { defaults_applied: 10 },
      send_welcome_sequence: { channels_used: ['email', 'in_app', 'sms'] },
    });
  });

  it('03.4 one correlation id goes through all calls of all attempts, given or made', async () => {
    const { register, services } = await open(kind);
    const given = await register({ ...pro('ada@example.com'), correlation_id: 'signup-7' });
    expect(given.results).toMatchObject({ create_user_account: { correlation_id: 'signup-7' } });
    const headers = () => services.faults.calls('users.create').map((call) => call.headers['x-correlation-id']);
    expect(headers()).toEqual(['signup-7']);
    expect(new Set(services.events.map((event) => event.correlation_id))).toEqual(new Set(['signup-7']));
    const made = await register(free('user503__fail1@example.com'));
    expect(made.course['create_user_account']).toBe('complete 2');
    const [, first, second] = headers();
    expect(first).toMatch(/^reg_\d+_[0-9a-f]{8}$/);
    expect(second).toBe(first);
  });

  it('03.5 billing and preferences are set up side by side', async () => {
    const { register, services, tasker } = await open(kind);
    onTestFinished(annotateRegistrations(tasker));
    services.faults.stubDelay('billing.create', 5_000).stubDelay('preferences.create', 4_000);
    const begin = tasker.clock.now();
    const { id, status } = await register(pro('ada@example.com'));
    expect(status).toBe('complete');
    expect(tasker.clock.now() - begin).toBeLessThan(9_000);
    await tasker.clock.settled();
    const annotations = await findAnnotations(tasker.db, id);
    const noted = Object.fromEntries(annotations.map(({ name, value }) => [name, value]));
    expect(noted).toMatchObject({
      service_performance: { service_timings: { setup_billing_profile: expect.any(Number) } },
      registration_outcome: 'complete',
      plan_type: 'pro',
    });
    expect(noted['service_performance']).toHaveProperty('parallel_execution_saved');
  });

  it('03.6 a user who is there already, with the same data, is welcomed all the same', async () => {
    const { register } = await open(kind);
    const { course, results } = await register(existing('Existing User'));
    expect(course).toEqual(complete);
    expect(results).toMatchObject({
      create_user_account: { status: 'already_exists', user_id: 'user_existing_001' },
    });
  });

  it('03.7 an address that belongs to somebody else ends the registration', async () => {
    const { register } = await open(kind);
    const { course } = await register(existing('Somebody Else'));
    expect(course).toEqual({
      create_user_account: 'USER_CONFLICT 1',
      setup_billing_profile: never,
      initialize_preferences: never,
      send_welcome_sequence: never,
      update_user_status: never,
    });
  });

  it('03.8 what is no address is refused at the door; without a schema there, by the handler', async () => {
    const { submit } = await open(kind);
    await expect(submit(free('nobody'))).rejects.toBeInstanceOf(InvalidContext);
    const trusting = await open(kind, { change: withoutSchema });
    const { course } = await trusting.register(free('nobody'));
    expect(course['create_user_account']).toBe('INVALID_EMAIL_FORMAT 1');
  });

  it('03.9 a registration of nobody is refused at the door', async () => {
    const { submit } = await open(kind);
    await expect(submit({ billing_info: {} })).rejects.toMatchObject({ code: 'INVALID_CONTEXT' });
  });

  it('03.10 a user service that is down twice is asked three times and makes one account', async () => {
    const { register, services } = await open(kind);
    const { course } = await register(free('user503__fail2@example.com'));
    expect(course).toEqual({ ...complete, create_user_account: 'complete 3' });
    expect(services.users.accounts).toHaveLength(1);
  });

  it('03.11 billing that is down ends the registration; retried later, nothing else is repeated', async () => {
    const { register, services, tasker, settle } = await open(kind);
    const before = await register(pro('billing503@example.com'));
    expect(before.course).toEqual({
      ...complete,
      setup_billing_profile: 'HTTP_503 3',
      send_welcome_sequence: never,
      update_user_status: never,
    });
    services.troubles.end();
    await tasker.retryTask(before.id, { actor: 'support', reason: 'billing is back' });
    const after = await settle(before.id);
    expect(after.status).toBe('complete');
    expect(services.faults.callCount('users.create')).toBe(1);
    expect(services.faults.callCount('preferences.create')).toBe(1);
  });

  it('03.12 a service that refuses us is not asked again', async () => {
    const { register } = await open(kind);
    const { course } = await register(pro('billing401@example.com'));
    expect(course['setup_billing_profile']).toBe('AUTH_ERROR 1');
  });

  it('03.13 a service that says when it wants to be asked again is asked then', async () => {
    const { register, tasker } = await open(kind);
    const begin = tasker.clock.now();
    const { course } = await register(free('notify429__fail1@example.com'));
    expect(course).toEqual({ ...complete, send_welcome_sequence: 'complete 2' });
    expect(tasker.clock.now() - begin).toBeGreaterThanOrEqual(30_000);
    expect(tasker.clock.now() - begin).toBeLessThan(60_000);
  });

  it('03.13 one that does not say is asked after 30 s', async () => {
    const { register, services } = await open(kind);
    services.faults.stubResponse('notifications.send', { status: 429 });
    const { steps } = await register(free('ada@example.com'));
    expect(steps['send_welcome_sequence']).toMatchObject({ attempts: 5, error: { code: 'RATE_LIMITED' } });
  });

  it('03.14 a plan that costs something needs a payment method', async () => {
    const { register } = await open(kind);
    const { course } = await register({ ...pro('ada@example.com'), billing_info: {} });
    expect(course['setup_billing_profile']).toBe('PAYMENT_METHOD_REQUIRED 1');
  });

  it('03.15 who wants no mail gets none, and an explicit no stays one', async () => {
    const { register } = await open(kind);
    const unmailed = await register({ ...free('ada@example.com'), preferences: { email_notifications: false } });
    expect(unmailed.results).toMatchObject({ send_welcome_sequence: { channels_used: ['in_app'] } });
    const choosy = await register({ ...pro('bob@example.com'), preferences: { marketing_emails: false } });
    expect(choosy.results).toMatchObject({
      initialize_preferences: { preferences: { marketing_emails: false }, defaults_applied: 7, customizations: 1 },
    });
  });

  it('03.16 an answer without the id of the profile is not asked for again', async () => {
    const { register, services } = await open(kind);
    services.faults.stubResponse('billing.create', { status: 201, body: { plan: 'pro' } });
    const { course } = await register(pro('ada@example.com'));
    expect(course['setup_billing_profile']).toBe('MISSING_PROFILE_ID_IN_RESPONSE 1');
  });

  it('03.18 more than ten messages to one user in a minute wait for the next', async () => {
    const { register, services, tasker } = await open(kind);
    const message = { user_id: 'user_existing_001', channels: ['in_app'] };
    for (let count = 0; count < 10; count += 1) {
      const sent = await fetch(`${services.urls.notifications}/sequences`, {
        method: 'POST',
        body: JSON.stringify(message),
      });
      expect(sent.status).toBe(201);
    }
    const begin = tasker.clock.now();
    const { course } = await register(existing('Existing User'));
    expect(course).toEqual({ ...complete, send_welcome_sequence: 'complete 2' });
    expect(tasker.clock.now() - begin).toBeGreaterThanOrEqual(60_000);
  });

  it('03 a connection that breaks is no answer, and what was made before it is found', async () => {
    const { register, services } = await open(kind);
    services.faults.stubFailure('preferences.create', NetworkError, 'reset', 1);
    const { course } = await register(pro('ada@example.com'));
    expect(course).toEqual({ ...complete, initialize_preferences: 'complete 2' });
    const failed = services.events.filter(({ name }) => name === 'service_call_failed');
    expect(failed).toMatchObject([{ step: 'initialize_preferences', service: 'preferences' }]);
  });

  it('03 both forms make the same results, whatever goes wrong', async () => {
    const ends = [];
    for (const handlers of [registrationHandlerClasses, registrationHandlerFunctions]) {
      const { register } = await open(kind, { handlers });
      const settled = [];
      for (const each of [
        free('ada@example.com'),
        existing('Existing User'),
        existing('Somebody Else'),
        pro('billing401@example.com'),
        pro('notify429__fail1@example.com'),
      ]) {
        const { status, results, course } = await register(each);
        settled.push({ status, results, course });
      }
      ends.push(settled);
    }
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[0]?.map(({ status }) => status)).toEqual(['complete', 'complete', 'error', 'error', 'complete']);
  });
});

function free(email: string) {
  return { user_info: { email, name: 'Joe Doe' } };
}

function pro(email: string) {
  return { user_info: { email, name: 'Sarah', plan: 'pro' }, billing_info: { payment_method: 'credit_card' } };
}

function existing(name: string) {
  return { user_info: { email: 'existing@example.com', name } };
}

function withoutSchema(document: TemplateDocument): TemplateDocument {
  const { input_schema: _, ...rest } = document;
  return rest;
}

interface Settings {
  readonly handlers?: typeof registrationHandlerClasses;
  readonly change?: (document: TemplateDocument) => TemplateDocument;
}

async function open(kind: TestDatabaseKind, settings: Settings = {}) {
  const { handlers = registrationHandlerClasses, change = (document) => document } = settings;
  const example = await openExample(kind, {
    templates: [change(userRegistrationTemplate)],
    services: startRegistrationServices,
    handlers,
  });
  onTestFinished(() => example.services.close());
  const means = { clock: example.tasker.clock, ids: countingIds() };
  const submit = (registration: object) => submitRegistration(example.tasker, registration, means);
  return {
    ...example,
    submit,
    register: async (registration: object) => example.settle((await submit(registration)).id),
  };
}
