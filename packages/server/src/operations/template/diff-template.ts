import { templateDifferencesSchema, versionSchema } from '@tasker/contract/wire';
import { breakingChanges, diffTemplates } from '@tasker/engine';
import { Type } from 'typebox';
import { readTemplateResource } from '../../resources/template-resource.ts';
import { defineOperation } from '../operation.ts';
import { templateProperties, wantedRevision, wantedVersion } from './template-input.ts';

export const diffTemplate = defineOperation({
  name: 'template.diff',
  permission: 'templates:read',
  kind: 'query',
  summary:
    'Shows what one version or revision of a template has that another has not, and what of it breaks for others.',
  input: Type.Object(
    {
      ...templateProperties,
      from: { ...versionSchema, description: 'The version to start from.' },
      from_revision: wantedRevision,
      to: wantedVersion,
      to_revision: wantedRevision,
    },
    { additionalProperties: false },
  ),
  output: templateDifferencesSchema,
  errors: ['TEMPLATE_NOT_FOUND'],
  async call({ tasker }, { namespace, name, from, to, from_revision, to_revision }) {
    const before = await readTemplateResource(tasker.db, { namespace, name, ...place(from, from_revision) });
    const after = await readTemplateResource(tasker.db, { namespace, name, ...place(to, to_revision) });
    return {
      namespace,
      name,
      from: { version: before.version, revision: before.revision },
      to: { version: after.version, revision: after.revision },
      differences: diffTemplates(before.document, after.document).map((difference) => ({ ...difference })),
      breaking: breakingChanges(before.document, after.document).map((change) => ({ ...change })),
    };
  },
});

function place(version: string | undefined, revision: number | undefined) {
  return { ...(version === undefined ? {} : { version }), ...(revision === undefined ? {} : { revision }) };
}
