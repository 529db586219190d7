import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTemplateYaml, type TemplateDocument } from '@tasker/engine';

/** The one template in a YAML file. */
export function templateIn(url: URL): TemplateDocument {
  const file = basename(fileURLToPath(url));
  const [template] = readTemplateYaml(readFileSync(url, 'utf8'), { file });
  if (template === undefined) throw new Error(`${file} holds no template`);
  return template;
}
