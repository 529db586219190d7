import { graphFormatSchema, templateGraphSchema } from '@tasker/contract/wire';
import { drawGraph, graphOfTemplate } from '@tasker/engine';
import { Type } from 'typebox';
import { readTemplateResource } from '../../resources/template-resource.ts';
import { defineOperation } from '../operation.ts';
import { templateProperties, wantedRevision, wantedVersion } from './template-input.ts';

export const templateGraph = defineOperation({
  name: 'template.graph',
  permission: 'templates:read',
  kind: 'query',
  summary: 'Shows the graph of a template.',
  input: Type.Object(
    {
      ...templateProperties,
      version: wantedVersion,
      revision: wantedRevision,
      format: Type.Optional(graphFormatSchema),
    },
    { additionalProperties: false },
  ),
  output: templateGraphSchema,
  errors: ['TEMPLATE_NOT_FOUND'],
  async call({ tasker }, { format = 'json', ...wanted }) {
    const { namespace, name, version, revision, document, graph } = await readTemplateResource(tasker.db, wanted);
    const drawing = format === 'json' ? null : drawGraph(graphOfTemplate(document), { format });
    return { namespace, name, version, revision, graph, format, drawing };
  },
});
