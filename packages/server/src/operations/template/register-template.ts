import type { TemplateDocument } from '@tasker/contract';
import { jsonObjectSchema, templateRegisteredSchema } from '@tasker/contract/wire';
import { findTemplate, readTemplate, readTemplateYaml } from '@tasker/engine';
import { type Static, Type } from 'typebox';
import { InvalidInput } from '../../errors.ts';
import { readTemplateResource } from '../../resources/template-resource.ts';
import { defineOperation } from '../operation.ts';

const input = Type.Object(
  {
    template: Type.Optional({ ...jsonObjectSchema, description: 'The template, in any dialect that files may have.' }),
    yaml: Type.Optional(
      Type.String({ minLength: 1, description: 'The same as YAML text. `${NAME}` is not expanded here.' }),
    ),
    replace: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Makes different content under a version that exists a new revision of it, instead of a conflict.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const registerTemplate = defineOperation({
  name: 'template.register',
  permission: 'templates:register',
  kind: 'command',
  summary: 'Registers a template; the same content again changes nothing.',
  input,
  output: templateRegisteredSchema,
  errors: ['INVALID_TEMPLATE', 'TEMPLATE_CONFLICT'],
  async call({ tasker }, given) {
    const document = documentOf(given);
    const { namespace_name: namespace, name, version } = document;
    const before = await findTemplate(tasker.db, { namespace, name, version });
    const { revision } = await tasker.register(document, { replace: given.replace ?? false });
    return {
      created: before?.revision !== revision,
      template: await readTemplateResource(tasker.db, { namespace, name, version }),
    };
  },
});

function documentOf({ template, yaml }: Static<typeof input>): TemplateDocument {
  if (template !== undefined && yaml === undefined) return readTemplate(template);
  if (template === undefined && yaml !== undefined) {
    const [document, ...others] = readTemplateYaml(yaml, { variables: {} });
    if (document !== undefined && others.length === 0) return document;
    throw new InvalidInput([{ path: 'yaml', message: 'must hold one template; register several one by one' }]);
  }
  throw new InvalidInput([{ path: 'template', message: 'is required, or `yaml` in its place; not both' }]);
}
