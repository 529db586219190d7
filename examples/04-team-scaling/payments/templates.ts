import { templateIn } from '../../shared/read-template.ts';

export const paymentTemplates = [
  templateIn(new URL('process-refund-2.0.0.yaml', import.meta.url)),
  templateIn(new URL('process-refund.yaml', import.meta.url)),
];
