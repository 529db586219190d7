import { nullable, templateSchema } from '@tasker/contract/wire';
import { findTemplates } from '@tasker/engine';
import { Type } from 'typebox';
import { templateResource } from '../../resources/template-resource.ts';
import { defineOperation } from '../operation.ts';
import { templateProperties, wantedRevision, wantedVersion } from './template-input.ts';

const wanted = Type.Object(
  { ...templateProperties, version: wantedVersion, revision: wantedRevision },
  { additionalProperties: false },
);

export const showTemplates = defineOperation({
  name: 'template.showMany',
  permission: 'templates:read',
  kind: 'query',
  summary: 'Shows several versions of templates, in the order given here; null where there is no such one.',
  input: Type.Object(
    { templates: Type.Array(wanted, { minItems: 1, maxItems: 100 }) },
    { additionalProperties: false },
  ),
  output: Type.Object({ templates: Type.Array(nullable(templateSchema)) }),
  errors: [],
  async call({ tasker }, { templates }) {
    const found = await findTemplates(tasker.db, templates);
    return { templates: found.map((each) => (each === undefined ? null : templateResource(each))) };
  },
});
