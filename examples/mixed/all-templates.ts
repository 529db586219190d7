import type { TemplateDocument } from '@tasker/engine';
import { processOrder } from '../01-checkout/template.ts';
import { pipelineTemplates } from '../02-data-pipeline/templates.ts';
import { userRegistrationTemplate } from '../03-microservices/template.ts';
import { supportTemplate } from '../04-team-scaling/customer-success/template.ts';
import { paymentTemplates } from '../04-team-scaling/payments/templates.ts';
import { templates as errors } from '../errors-and-retries/index.ts';
import { templates as shapes } from '../shapes/index.ts';

/** The templates of the tasks of `mixTasks`. */
export const allTemplates: readonly TemplateDocument[] = [
  processOrder.document,
  ...pipelineTemplates,
  userRegistrationTemplate,
  ...paymentTemplates,
  supportTemplate,
  ...shapes,
  ...errors,
];
