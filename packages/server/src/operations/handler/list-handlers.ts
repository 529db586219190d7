import { handlerListSchema, nameSchema } from '@tasker/contract/wire';
import { type Database, listNamespaces, listTemplateNames, type TemplateVersions } from '@tasker/engine';
import { Type } from 'typebox';
import { NamespaceNotFound } from '../../errors.ts';
import { defineOperation } from '../operation.ts';

export const listHandlers = defineOperation({
  name: 'handler.list',
  permission: 'handlers:read',
  kind: 'query',
  summary: 'Lists what can be submitted in a namespace, with its versions.',
  input: Type.Object({ namespace: nameSchema }, { additionalProperties: false }),
  output: handlerListSchema,
  errors: ['NAMESPACE_NOT_FOUND'],
  async call({ tasker }, { namespace }) {
    const names = await allNames(tasker.db, namespace);
    if (names.length === 0 && !(await exists(tasker.db, namespace))) throw new NamespaceNotFound(namespace);
    return {
      namespace,
      handlers: names.map(({ name, versions, latest }) => ({
        name,
        namespace,
        versions: [...versions],
        latest_version: latest,
        handler_count: versions.length,
      })),
      total_handlers: names.length,
    };
  },
});

/** The answer has them all: as few queries as may be, and none that is large. */
const namesPerQuery = 1_000;

async function allNames(db: Database, namespace: string): Promise<TemplateVersions[]> {
  const names: TemplateVersions[] = [];
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: Awaited<ReturnType<typeof listTemplateNames>> = await listTemplateNames(db, namespace, {
      after,
      limit: namesPerQuery,
    });
    names.push(...page.templates);
    after = page.nextAfter;
  }
  return names;
}

async function exists(db: Database, namespace: string): Promise<boolean> {
  return (await listNamespaces(db)).some(({ name }) => name === namespace);
}
