/** Sends e-mail. */
export interface Mailer {
  /** Sends once per idempotency key. */
  send(mail: Mail, signal: AbortSignal): Promise<MailResponse>;
}

export interface Mail {
  readonly idempotency_key: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

export interface MailResponse {
  /** `sent`, `invalid_email`, `rate_limited`, `unavailable`, `timeout`, or something newer. */
  readonly status: string;
  readonly message_id?: string;
  readonly sent_at?: string;
}
