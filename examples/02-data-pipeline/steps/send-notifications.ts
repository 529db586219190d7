import { PermanentError, type StepContext } from '@tasker/engine';
import { listOf } from '../../shared/json-fields.ts';
import { callPort } from '../../shared/port-call.ts';
import { required, shapeResult } from '../../shared/shape-result.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import { PipelineStep } from './pipeline-step.ts';
import { orFailureAt } from './port-failures.ts';

export interface SendNotificationsResult {
  readonly notifications_sent: {
    readonly notifications: readonly DeliveredNotification[];
    readonly summary: { readonly total: number; readonly delivered: number; readonly dashboard_id: string };
  };
}

export interface DeliveredNotification {
  readonly channel: string;
  readonly message_id: string;
  readonly status: 'delivered';
}

/**
 * Permanent: MISSING_NOTIFICATION_CHANNELS, INVALID_NOTIFICATION_CHANNELS, CHANNEL_GONE, MISSING_INSIGHTS_DATA,
 * RESULT_PROCESSING_FAILED. Retryable: RATE_LIMITED after 60 s, TIMEOUT, CONNECTION_ERROR.
 */
export class SendNotificationsHandler extends PipelineStep {
  static override readonly handlerName = 'data_pipeline.send_notifications';

  async call(context: StepContext) {
    const inputs = readNotificationInputs({
      dashboard_id: context.getDependencyField('update_dashboard', 'dashboard_update', 'dashboard_id'),
      notification_channels: context.getInputOr('notification_channels', defaultChannels),
    });
    return this.success(await sendNotifications(inputs, this.services, context), { operation: 'send_notifications' });
  }
}

export const defaultChannels = ['#data-team'];

/** A channel that was told in an earlier attempt is not told again: each has an idempotency key of its own. */
export async function sendNotifications(
  { dashboardId, channels }: NotificationInputs,
  { notifier, announcer, clock }: PipelineServices,
  attempt: Pick<StepContext, 'idempotencyKey' | 'signal' | 'stepName' | 'correlationId'>,
): Promise<SendNotificationsResult> {
  const { idempotencyKey, signal, stepName, correlationId } = attempt;
  const notifications: DeliveredNotification[] = [];
  for (const channel of channels) {
    const notification = {
      idempotency_key: `${idempotencyKey}:${channel}`,
      channel,
      text: `The dashboard ${dashboardId} is up to date.`,
    };
    const response = await orFailureAt('The chat', 'AUTH_ERROR', () =>
      callPort((ownSignal) => notifier.send(notification, ownSignal), { clock, timeoutMs: 10_000, signal }),
    );
    notifications.push(shapeResult(response, () => delivered(channel, response.message_id)));
  }
  announcer.announce({
    name: 'pipeline_milestone_reached',
    milestone: 'publication',
    correlation_id: correlationId,
    step: stepName,
  });
  const summary = { total: channels.length, delivered: notifications.length, dashboard_id: dashboardId };
  return { notifications_sent: { notifications, summary } };
}

function delivered(channel: string, messageId: string | undefined): DeliveredNotification {
  return { channel, message_id: required(messageId, 'message_id'), status: 'delivered' };
}

interface NotificationInputs {
  readonly dashboardId: string;
  readonly channels: readonly string[];
}

export interface NotificationSources {
  readonly dashboard_id: unknown;
  readonly notification_channels: unknown;
}

export function readNotificationInputs(sources: NotificationSources): NotificationInputs {
  const { dashboard_id: dashboardId, notification_channels: channels } = sources;
  if (typeof dashboardId !== 'string') {
    throw new PermanentError('There is no dashboard to tell of.', { errorCode: 'MISSING_INSIGHTS_DATA' });
  }
  if (channels === undefined || channels === null) {
    throw new PermanentError('`notification_channels` is missing.', { errorCode: 'MISSING_NOTIFICATION_CHANNELS' });
  }
  const names = (listOf(channels) ?? []).filter((channel) => typeof channel === 'string' && channel.startsWith('#'));
  if (names.length === 0 || names.length !== listOf(channels)?.length) {
    throw new PermanentError('`notification_channels` must be names such as #data-team, at least one.', {
      errorCode: 'INVALID_NOTIFICATION_CHANNELS',
    });
  }
  return { dashboardId, channels: names.map(String) };
}
