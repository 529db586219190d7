/** What users can sign up for, cheapest first. */
export type PlanName = 'free' | 'pro' | 'enterprise';

export interface Plan {
  readonly priceCents: number;
  readonly features: readonly string[];
  readonly welcome: { readonly subject: string; readonly template: string };
  readonly followUps: readonly { readonly template: string; readonly after_hours: number }[];
  readonly channels: readonly Channel[];
  readonly preferences: Readonly<Record<string, boolean | string>>;
}

export type Channel = 'email' | 'in_app' | 'sms';

const tips = { template: 'tips', after_hours: 24 };

const freePreferences = {
  email_notifications: true,
  marketing_emails: false,
  product_updates: true,
  weekly_digest: false,
  theme: 'light',
  language: 'en',
  timezone: 'UTC',
};

const proPreferences = {
  ...freePreferences,
  marketing_emails: true,
  weekly_digest: true,
  theme: 'dark',
  api_notifications: true,
};

export const plans: Readonly<Record<PlanName, Plan>> = {
  free: {
    priceCents: 0,
    features: ['basic_features'],
    welcome: { subject: 'Welcome to Our Platform!', template: 'standard_welcome' },
    followUps: [tips],
    channels: ['email', 'in_app'],
    preferences: freePreferences,
  },
  pro: {
    priceCents: 2999,
    features: ['basic_features', 'advanced_analytics'],
    welcome: { subject: 'Welcome to Pro!', template: 'pro_welcome' },
    followUps: [tips, { template: 'feature_tour', after_hours: 2 }],
    channels: ['email', 'in_app'],
    preferences: proPreferences,
  },
  enterprise: {
    priceCents: 29_999,
    features: ['basic_features', 'advanced_analytics', 'priority_support', 'custom_integrations'],
    welcome: { subject: 'Welcome to Enterprise!', template: 'enterprise_welcome' },
    followUps: [tips, { template: 'onboarding', after_hours: 1 }],
    channels: ['email', 'in_app', 'sms'],
    preferences: { ...proPreferences, audit_logs: true, advanced_reports: true },
  },
};

/** The plan of that name; users who name none get the free one. */
export function planNamed(name: unknown): PlanName {
  return isPlanName(name) ? name : 'free';
}

function isPlanName(name: unknown): name is PlanName {
  return typeof name === 'string' && Object.hasOwn(plans, name);
}
