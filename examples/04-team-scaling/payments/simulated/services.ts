import { type Clock, systemClock } from '@tasker/engine';
import { FaultPlan } from '../../../shared/fault-plan.ts';
import { type IdSource, randomIds } from '../../../shared/ids.ts';
import { type ServiceAnswer, type ServiceRequest, startLoopback } from '../../../shared/loopback-server.ts';
import { FailureCounter, readMagicValue } from '../../../shared/magic-value.ts';
import type { PaymentServices, RecordRefund, RecordResponse, RefundMail, RefundMailResponse } from '../services.ts';
import { type GatewayMethods, SimulatedRefundGateway } from './gateway.ts';

/** The services of the payments team: the gateway on 127.0.0.1, the others in this process. */
export interface SimulatedPayments extends PaymentServices {
  readonly faults: FaultPlan<PaymentMethods>;
  readonly gateway: SimulatedRefundGateway;
  close(): Promise<void>;
}

/** Everything that can be made to fail. */
export type PaymentMethods = GatewayMethods & {
  readonly 'records.recordRefund': { readonly request: RecordRefund; readonly response: RecordResponse };
  readonly 'mailer.send': { readonly request: RefundMail; readonly response: RefundMailResponse };
};

/** @param options both default to the real thing: the system's clock, random ids */
export async function startPaymentServices(
  options: { clock?: Clock; ids?: IdSource } = {},
): Promise<SimulatedPayments> {
  const { clock = systemClock, ids = randomIds } = options;
  const faults = new FaultPlan<PaymentMethods>(clock);
  const failures = new FailureCounter();
  const gateway = new SimulatedRefundGateway(ids, failures);
  const answer = (request: ServiceRequest): Promise<ServiceAnswer> =>
    faults.perform(request.method === 'POST' ? 'gateway.refund' : 'gateway.find', request, () =>
      gateway.answer(request),
    );
  const { urls, close } = await startLoopback({ gateway: answer });
  return {
    gatewayUrl: urls.gateway,
    records: {
      recordRefund: (request, signal) =>
        faults.perform('records.recordRefund', request, () => recorded(request, failures, ids), signal),
    },
    mailer: {
      send: (mail, signal) => faults.perform('mailer.send', mail, () => delivered(mail, failures, ids), signal),
    },
    clock,
    faults,
    gateway,
    close,
  };
}

/** `pay_test_record_lock…` is locked, `pay_test_record_error…` fails; with `__failN` N times only. */
function recorded({ key, payment_id }: RecordRefund, failures: FailureCounter, ids: IdSource): RecordResponse {
  const { value, failures: times } = readMagicValue(payment_id);
  const trouble = value.startsWith('pay_test_record_lock')
    ? 'locked'
    : value.startsWith('pay_test_record_error')
      ? 'failed'
      : undefined;
  if (trouble !== undefined && failures.shouldFail(key, times)) return { status: trouble };
  return { status: 'recorded', record_id: `rec_${ids.hex(12)}`, audit_trail_id: `audit_${ids.hex(12)}` };
}

/** Addresses `…@test_bounce…`, `…@test_invalid…` and `…@test_rate_limit…`; with `__failN` before the @ N times only. */
function delivered({ idempotency_key, to }: RefundMail, failures: FailureCounter, ids: IdSource): RefundMailResponse {
  const [localPart = '', domain = ''] = to.split('@');
  const trouble = mailTroubles.find(({ prefix }) => domain.startsWith(prefix));
  if (trouble !== undefined && failures.shouldFail(idempotency_key, readMagicValue(localPart).failures)) {
    return { status: trouble.status };
  }
  return { status: 'delivered', message_id: `msg_${ids.hex(12)}` };
}

const mailTroubles = [
  { prefix: 'test_bounce', status: 'bounced' },
  { prefix: 'test_invalid', status: 'invalid' },
  { prefix: 'test_rate_limit', status: 'rate_limited' },
];
