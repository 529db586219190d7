import { type TemplateResource, templateSchema } from '@tasker/contract/wire';
import { GraphQLObjectType } from 'graphql';
import { TemplateNotFound } from '../errors.ts';
import type { GraphqlContext } from './context.ts';
import type { TemplateKey } from './loaders.ts';
import { valueOf } from './schema-node.ts';
import { whereMissing } from './where-missing.ts';
import type { ObjectType, WireTypes } from './wire-types.ts';

/** A template, made of whatever is known of it where it stands: at least namespace, name, version and revision. */
export function templateType(types: WireTypes): ObjectType {
  return new GraphQLObjectType({
    name: 'Template',
    description: 'A named, versioned graph of steps, in one of its versions.',
    fields: () => whereMissing(types.fields(templateSchema, 'Template'), readTemplate),
  });
}

async function readTemplate(source: unknown, { loaders }: GraphqlContext): Promise<TemplateResource> {
  const text = (name: string) => String(valueOf(source, name));
  const key: TemplateKey = {
    namespace: text('namespace'),
    name: text('name'),
    version: text('version'),
    revision: Number(valueOf(source, 'revision')),
  };
  const template = await loaders.template.load(key);
  if (template === null) throw new TemplateNotFound(key.namespace, key.name, key.version);
  return template;
}
