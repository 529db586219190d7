/** The payments team counts reasons, so it knows only four; the words of the support team go along as detail. */
export type RefundReason = 'customer_request' | 'fraud' | 'system_error' | 'chargeback';

export function reasonOf(text: string | undefined): RefundReason {
  const words = (text ?? '').toLowerCase();
  if (words.includes('fraud')) return 'fraud';
  if (/charge-?\s?back/.test(words)) return 'chargeback';
  return /error|duplicate|defect/.test(words) ? 'system_error' : 'customer_request';
}
