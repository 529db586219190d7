/** Where the executives look. */
export interface Dashboards {
  /** @throws {NetworkError} {PortTimeout} {AuthenticationFailed} */
  update(request: DashboardUpdate, signal: AbortSignal): Promise<DashboardResponse>;
}

export interface DashboardUpdate {
  readonly dashboard_id: string;
  readonly sections: Readonly<Record<string, unknown>>;
}

export interface DashboardResponse {
  readonly dashboard_id?: string;
  readonly updated_sections?: readonly string[];
}

/** Team channels. */
export interface Notifier {
  /**
   * Delivers once per idempotency key.
   *
   * @throws {NetworkError} {PortTimeout} {RateLimited} {ChannelGone}
   */
  send(notification: ChannelNotification, signal: AbortSignal): Promise<NotificationResponse>;
}

export interface ChannelNotification {
  readonly idempotency_key: string;
  readonly channel: string;
  readonly text: string;
}

export interface NotificationResponse {
  readonly message_id?: string;
}

/** The service wants fewer requests. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited';
}

/** Nobody has this channel any more. */
export class ChannelGone extends Error {
  override readonly name = 'ChannelGone';
}
