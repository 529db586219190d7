import { readFileSync } from 'node:fs';
import { readTemplateYaml, type TemplateDocument } from '@tasker/engine';

/** The template in process-order.yaml. */
export const processOrderTemplate = readProcessOrder();

function readProcessOrder(): TemplateDocument {
  const file = new URL('process-order.yaml', import.meta.url);
  const [template] = readTemplateYaml(readFileSync(file, 'utf8'), { file: 'process-order.yaml' });
  if (template === undefined) throw new Error('process-order.yaml holds no template');
  return template;
}
