import type { StepDocument } from '@tasker/contract';
import { type HandlerDetail, handlerAnswerSchema } from '@tasker/contract/wire';
import { findTemplate, listWorkers, TemplateNotFound } from '@tasker/engine';
import { Type } from 'typebox';
import { dependencyGraph } from '../../resources/dependency-graph.ts';
import { defineOperation } from '../operation.ts';
import { templateProperties, wantedVersion } from '../template/template-input.ts';

export const showHandler = defineOperation({
  name: 'handler.show',
  permission: 'handlers:read',
  kind: 'query',
  summary: 'Shows what can be submitted under a name: its steps, their graph, and whether workers can run it now.',
  input: Type.Object({ ...templateProperties, version: wantedVersion }, { additionalProperties: false }),
  output: handlerAnswerSchema,
  errors: ['TEMPLATE_NOT_FOUND'],
  async call({ tasker }, wanted) {
    const found = await findTemplate(tasker.db, wanted);
    if (found === undefined) throw new TemplateNotFound(wanted.namespace, wanted.name, wanted.version ?? 'latest');
    const { namespace, name, version, document } = found;
    const workers = await listWorkers(tasker.db, { limit: mostWorkers });
    const served = new Set(workers.filter(({ state }) => state === 'running').flatMap(({ handlers }) => [...handlers]));
    const needed = new Set(document.steps.map(({ handler }) => handler.callable));
    const missing = [...needed].filter((callable) => !served.has(`${namespace}/${callable}`));
    const handler: HandlerDetail = {
      name,
      namespace,
      version,
      full_name: `${namespace}.${name}@${version}`,
      available: missing.length === 0,
      missing_handlers: missing,
      input_schema: document.input_schema ?? null,
      step_templates: document.steps.map(stepTemplate),
      dependency_graph: dependencyGraph(document.steps),
    };
    return { handler, generated_at: new Date().toISOString() };
  },
});

const mostWorkers = 1000;

function stepTemplate(step: StepDocument): HandlerDetail['step_templates'][number] {
  return {
    name: step.name,
    description: step.description ?? null,
    dependent_system: step.system_dependency,
    depends_on_steps: [...step.dependencies],
    handler_class: step.handler.callable,
    configuration: step.handler.initialization,
    default_retryable: step.retry.retryable,
    default_retry_limit: step.retry.max_attempts,
    skippable: step.skippable,
  };
}
