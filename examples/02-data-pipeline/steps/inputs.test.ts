import { expect, test } from 'vitest';
import { failureOf } from '../../shared/expect-failure.ts';
import { NetworkError, PortTimeout } from '../../shared/port-call.ts';
import { ChannelGone, RateLimited } from '../services/publication.ts';
import { AuthenticationFailed, BadQuery, OutOfMemory } from '../services/source.ts';
import { readDateRange } from './date-range.ts';
import { readInsightInputs } from './generate-insights.ts';
import { orFailureAt } from './port-failures.ts';
import { readNotificationInputs } from './send-notifications.ts';
import { readCustomerInputs } from './transform-customer-metrics.ts';
import { readProductInputs } from './transform-product-metrics.ts';
import { readDashboardInputs } from './update-dashboard.ts';

const range = { start_date: '2024-01-01', end_date: '2024-01-31' };
const insights = {
  customer_metrics: [],
  product_metrics: [],
  quality_thresholds: undefined,
  processing_mode: undefined,
};

test.each([
  ['P MISSING_DATE_RANGE', () => readDateRange(undefined)],
  ['P MISSING_START_DATE', () => readDateRange({ end_date: '2024-01-31' })],
  ['P MISSING_END_DATE', () => readDateRange({ start_date: '2024-01-01' })],
  ['P INVALID_DATE_FORMAT', () => readDateRange({ ...range, end_date: '31.01.2024' })],
  ['P INVALID_DATE_FORMAT', () => readDateRange({ ...range, end_date: '2024-02-31' })],
  ['P INVALID_DATE_RANGE', () => readDateRange({ ...range, start_date: '2024-02-01' })],
  ['P MISSING_ORDERS_DATA', () => readCustomerInputs({ orders_data: null, users_data: [], processing_mode: '' })],
  ['P MISSING_USERS_DATA', () => readCustomerInputs({ orders_data: [], users_data: null, processing_mode: '' })],
  ['P MISSING_ORDERS_DATA', () => readProductInputs({ orders_data: null, products_data: [], processing_mode: '' })],
  ['P MISSING_PRODUCTS_DATA', () => readProductInputs({ orders_data: [], products_data: null, processing_mode: '' })],
  ['P MISSING_CUSTOMER_METRICS', () => readInsightInputs({ ...insights, customer_metrics: null })],
  ['P MISSING_PRODUCT_METRICS', () => readInsightInputs({ ...insights, product_metrics: null })],
  ['P INSUFFICIENT_DATA', () => readInsightInputs({ ...insights, quality_thresholds: { min_customer_records: 1 } })],
  ['P MISSING_INSIGHTS_DATA', () => readDashboardInputs({ insights: null, date_range: range, processing_mode: '' })],
  ['P MISSING_NOTIFICATION_CHANNELS', () => readNotificationInputs({ dashboard_id: 'd', notification_channels: null })],
  [
    'P INVALID_NOTIFICATION_CHANNELS',
    () => readNotificationInputs({ dashboard_id: 'd', notification_channels: ['#a', 1] }),
  ],
])('%s', async (failure, read) => {
  expect(await failureOf(read)).toBe(failure);
});

test.each([
  ['R TIMEOUT', new PortTimeout('x')],
  ['R CONNECTION_ERROR', new NetworkError('x')],
  ['R OUT_OF_MEMORY', new OutOfMemory('x')],
  ['R(60) RATE_LIMITED', new RateLimited('x')],
  ['P CRM_AUTH_FAILED', new AuthenticationFailed('connection timeout')],
  ['P INVALID_EXTRACTION_QUERY', new BadQuery('x')],
  ['P CHANNEL_GONE', new ChannelGone('x')],
])('%s is what the class of an error means, whatever its text', async (failure, error) => {
  expect(await failureOf(() => orFailureAt('It', 'CRM_AUTH_FAILED', () => Promise.reject(error)))).toBe(failure);
});

test('what nobody knows is passed on as it is', async () => {
  const error = new RangeError('a bug');
  await expect(orFailureAt('It', 'X', () => Promise.reject(error))).rejects.toBe(error);
});
