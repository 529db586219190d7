import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTemplateYaml, type TemplateDocument } from '@tasker/engine';

/** The first template in a YAML file. */
export function templateIn(url: URL): TemplateDocument {
  const [template] = templatesIn(url);
  if (template === undefined) throw new Error(`${url.href} holds no template`);
  return template;
}

/** The templates in a YAML file, one behind the other. */
export function templatesIn(url: URL): TemplateDocument[] {
  return readTemplateYaml(readFileSync(url, 'utf8'), { file: basename(fileURLToPath(url)) });
}
