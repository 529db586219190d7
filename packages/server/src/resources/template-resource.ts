import type { TemplateResource, TemplateSummary } from '@tasker/contract/wire';
import {
  type Database,
  findTemplate,
  type TemplateDetail,
  TemplateNotFound,
  type TemplateReference,
  type TemplateView,
} from '@tasker/engine';
import { dependencyGraph } from './dependency-graph.ts';

/** @throws {TemplateNotFound} */
export async function readTemplateResource(db: Database, wanted: TemplateReference): Promise<TemplateResource> {
  const found = await findTemplate(db, wanted);
  if (found === undefined) {
    const { namespace = 'default', name, version = 'latest', revision } = wanted;
    throw new TemplateNotFound(namespace, name, revision === undefined ? version : `${version}, revision ${revision}`);
  }
  return templateResource(found);
}

export function templateResource(found: TemplateDetail): TemplateResource {
  const { namespace, name, version, latest, versions, revision, revisions, document } = found;
  return {
    namespace,
    name,
    version,
    full_name: `${namespace}.${name}@${version}`,
    description: document.description ?? null,
    revision,
    step_count: document.steps.length,
    latest,
    versions: [...versions],
    revisions: revisions.map((each) => ({
      revision: each.revision,
      hash: each.hash,
      registered_at: each.registeredAt.toISOString(),
    })),
    document,
    graph: dependencyGraph(document.steps),
  };
}

export function templateSummary({ document, ...template }: TemplateView): TemplateSummary {
  const { namespace, name, version, revision, registeredAt } = template;
  return {
    namespace,
    name,
    version,
    full_name: `${namespace}.${name}@${version}`,
    description: document.description ?? null,
    revision,
    step_count: document.steps.length,
    registered_at: registeredAt.toISOString(),
    steps: document.steps.map((step) => step.name),
  };
}
