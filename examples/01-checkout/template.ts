import { readFileSync } from 'node:fs';
import { readTemplateYaml, type TemplateDocument, taskFromTemplate } from '@tasker/engine';
import { decideOrder } from './decide-order.ts';

/** The template in process-order.yaml. */
export const processOrderTemplate = readProcessOrder();

/** The same with what only code can say: what an order decides about its task. */
export const processOrder = taskFromTemplate(processOrderTemplate).onSubmit(decideOrder);

function readProcessOrder(): TemplateDocument {
  const file = new URL('process-order.yaml', import.meta.url);
  const [template] = readTemplateYaml(readFileSync(file, 'utf8'), { file: 'process-order.yaml' });
  if (template === undefined) throw new Error('process-order.yaml holds no template');
  return template;
}
