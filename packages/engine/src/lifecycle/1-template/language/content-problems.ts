import type { JsonObject } from '@tasker/contract';
import { isVersion } from '../../../graph/version-order.ts';
import { schemaFaults } from '../../../json/schema.ts';
import type { StepSketch, TemplateSketch } from '../template-source.ts';
import type { PathProblem } from './placed-problem.ts';

/** What is wrong with a template whose types are right, apart from its graph; keys may be missing. */
export function contentProblems(source: TemplateSketch): PathProblem[] {
  const steps = source.steps ?? [];
  const batchWorkers = new Set(steps.flatMap(({ type, name }) => (type === 'batch_worker' ? [name] : [])));
  return [
    ...versionProblems(source.version),
    ...schemaProblems(source.input_schema, ['input_schema']),
    ...steps.flatMap((step, index) =>
      [
        ...schemaProblems(step.result_schema, ['result_schema']),
        ...backoffProblems(step),
        ...decisionProblems(step),
        ...batchProblems(step, batchWorkers),
        ...publishedEventProblems(step),
        ...customEventProblems(step),
      ].map((problem) => ({ ...problem, path: ['steps', index, ...problem.path] })),
    ),
  ];
}

/** Steps that are accepted and cannot run. */
export function contentWarnings(source: TemplateSketch): PathProblem[] {
  return (source.steps ?? []).flatMap(({ type }, index) =>
    type == null || type === 'standard'
      ? []
      : [
          {
            code: 'STEP_TYPE_NOT_RUN' as const,
            path: ['steps', index, 'type'],
            message: `Steps of type \`${type}\` cannot run yet: tasks of this template will be refused.`,
          },
        ],
  );
}

function versionProblems(version: string | null | undefined): PathProblem[] {
  if (version == null || isVersion(version)) return [];
  return [
    {
      code: 'INVALID_VERSION',
      path: ['version'],
      message: `\`version\` must be a semantic version, and is ${JSON.stringify(version)}.`,
      remedy: 'Write three numbers (1.0.0), with a pre-release tag after a hyphen if you need one.',
    },
  ];
}

function schemaProblems(schema: JsonObject | null | undefined, path: PathProblem['path']): PathProblem[] {
  if (schema == null) return [];
  return schemaFaults(schema).map((fault) => ({
    code: 'INVALID_SCHEMA' as const,
    path: [...path, ...fault.path],
    message: `This is no valid JSON Schema: ${fault.message}.`,
  }));
}

function backoffProblems({ retry }: StepSketch): PathProblem[] {
  const isTable = retry?.backoff === 'table';
  const hasTable = retry?.backoff_table_ms != null;
  if (isTable && !hasTable) {
    return [
      {
        code: 'CONFLICTING_KEYS',
        path: ['retry', 'backoff'],
        message: '`backoff: table` needs its waits.',
        remedy: 'List them in `backoff_table_ms`.',
      },
    ];
  }
  if (!isTable && hasTable) {
    const message = '`backoff_table_ms` has no effect unless `backoff` is `table`.';
    return [{ code: 'CONFLICTING_KEYS', path: ['retry', 'backoff_table_ms'], atKey: true, message }];
  }
  return [];
}

function decisionProblems({ name, type, dependencies }: StepSketch): PathProblem[] {
  if (type !== 'decision' || (dependencies ?? []).length > 0) return [];
  const what = name === undefined ? 'This step' : `Step \`${name}\``;
  const message = `${what} decides what comes next, and depends on nothing.`;
  return [
    {
      code: 'DECISION_WITHOUT_PARENT',
      path: ['type'],
      message,
      remedy: 'Let it depend on the step whose result it decides by.',
    },
  ];
}

function batchProblems(
  { batch_config: batch }: StepSketch,
  batchWorkers: ReadonlySet<string | undefined>,
): PathProblem[] {
  const worker = batch?.worker_template;
  if (worker == null || batchWorkers.has(worker)) return [];
  return [
    {
      code: 'UNKNOWN_BATCH_WORKER',
      path: ['batch_config', 'worker_template'],
      message: `\`worker_template\` names \`${worker}\`, which is no step of type \`batch_worker\`.`,
    },
  ];
}

function publishedEventProblems({ publishes_events: events }: StepSketch): PathProblem[] {
  const seen = new Set<string>();
  return (events ?? []).flatMap((event, index) => {
    const name = typeof event === 'string' ? event : event.name;
    const path = ['publishes_events', index, ...(typeof event === 'string' ? [] : ['name'])];
    const schema = typeof event === 'string' ? null : event.schema;
    return [...repeatedEvent(name, path, seen), ...schemaProblems(schema, ['publishes_events', index, 'schema'])];
  });
}

function repeatedEvent(name: string | null | undefined, path: PathProblem['path'], seen: Set<string>): PathProblem[] {
  if (name == null) return [];
  if (seen.has(name)) return [{ code: 'DUPLICATE_EVENT', path, message: `The event \`${name}\` is listed twice.` }];
  seen.add(name);
  return [];
}

/** The events of the engine itself begin with these. */
const ownEvents = /^(task|step|workflow|observability|test)\./i;

function customEventProblems({ custom_events: events }: StepSketch): PathProblem[] {
  const seen = new Set<string>();
  return (events ?? []).flatMap(({ name }, index): PathProblem[] => {
    const path = ['custom_events', index, 'name'];
    const repeated = repeatedEvent(name, path, seen);
    if (repeated.length > 0 || name == null || !ownEvents.test(name)) return repeated;
    return [
      {
        code: 'RESERVED_EVENT',
        path,
        message: `\`${name}\` begins like the events of the engine itself.`,
        remedy: 'Do not begin with `task.`, `step.`, `workflow.`, `observability.` or `test.`.',
      },
    ];
  });
}
