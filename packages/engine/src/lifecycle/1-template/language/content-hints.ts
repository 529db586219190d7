import type { JsonObject } from '@tasker/contract';
import type { StepSource, TemplateSource } from '../template-source.ts';
import type { PathProblem } from './placed-problem.ts';

/** What would make a sound template a better one. */
export function contentHints(source: TemplateSource): PathProblem[] {
  const parents = new Set(source.steps.flatMap(({ dependencies }) => dependencies ?? []));
  return [
    ...schemaHints(source.input_schema, ['input_schema'], 'A context is always an object, with keys.'),
    ...source.steps.flatMap((step, index) =>
      [...resultHints(step), ...orphanHints(step, source.steps.length, parents)].map((hint) => ({
        ...hint,
        path: ['steps', index, ...hint.path],
      })),
    ),
  ];
}

function schemaHints(schema: JsonObject | null | undefined, path: PathProblem['path'], why: string): PathProblem[] {
  if (schema?.type === undefined || [schema.type].flat().includes('object')) return [];
  return [
    {
      code: 'SCHEMA_NOT_OBJECT',
      path: [...path, 'type'],
      message: `This schema is for ${JSON.stringify(schema.type)}, not for an object.`,
      remedy: why,
    },
  ];
}

function resultHints({ name, result_schema: schema }: StepSource): PathProblem[] {
  if (schema != null) {
    return schemaHints(schema, ['result_schema'], 'The steps behind read results by their keys: return an object.');
  }
  return [
    {
      code: 'NO_RESULT_SCHEMA',
      path: [],
      message: `Step \`${name}\` does not say what its result looks like.`,
      remedy: 'A `result_schema` catches results that the steps behind cannot use, and gives their types.',
    },
  ];
}

function orphanHints({ name, dependencies }: StepSource, steps: number, parents: ReadonlySet<string>): PathProblem[] {
  if (steps === 1 || (dependencies ?? []).length > 0 || parents.has(name)) return [];
  return [
    {
      code: 'ORPHAN_STEP',
      path: [],
      message: `Step \`${name}\` runs after nothing, and nothing runs after it.`,
      remedy: 'If it belongs to what the others do, say after which step it runs in `dependencies`.',
    },
  ];
}
