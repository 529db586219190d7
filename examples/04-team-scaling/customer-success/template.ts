import { templateIn } from '../../shared/read-template.ts';

export const supportTemplate = templateIn(new URL('process-refund.yaml', import.meta.url));
