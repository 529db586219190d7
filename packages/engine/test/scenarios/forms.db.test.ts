import type { TemplateDocument } from '@tasker/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { buildStep } from '../../src/define/built-step.ts';
import { compilePlan } from '../../src/graph/compile-plan.ts';
import {
  createTasker,
  type Database,
  defineHandler,
  type Handler,
  PermanentError,
  RetryableError,
  readTemplateYaml,
  type StepContext,
  StepHandler,
  TaskDefinition,
  type TaskerOptions,
  taskHistory,
} from '../../src/index.ts';
import { describeEachDatabase } from '../servers/databases.ts';
import { createLog } from './start.ts';

/** A step of a random task: what it runs after, and what becomes of it. */
interface Work {
  readonly name: string;
  readonly parents: readonly string[];
  readonly fate: 'ok' | 'retried' | 'refused';
}

/** Steps, each after some of those before it, written down in any order. */
function tasksOf(steps: { readonly minLength: number; readonly maxLength: number }): fc.Arbitrary<Work[]> {
  return fc
    .array(
      fc.record({
        above: fc.array(fc.nat(), { maxLength: 4 }),
        fate: fc.oneof(
          { weight: 17, arbitrary: fc.constant('ok' as const) },
          { weight: 2, arbitrary: fc.constant('retried' as const) },
          { weight: 1, arbitrary: fc.constant('refused' as const) },
        ),
      }),
      { ...steps, size: 'max' },
    )
    .map((works) =>
      works.map(({ above, fate }, index) => ({
        name: `step_${index}`,
        parents: index === 0 ? [] : [...new Set(above.map((each) => `step_${each % index}`))],
        fate,
      })),
    )
    .chain((task) => fc.shuffledSubarray(task, { minLength: task.length }));
}

/** More of them: `TASKER_FORMS_RUNS=20 npx vitest run …/forms.db.test.ts`. */
const runs = Number(process.env['TASKER_FORMS_RUNS'] ?? 1);

/** What every form of the step does. */
function doWork({ name, parents, fate }: Work, base: unknown, attempt: number, resultOf: (parent: string) => unknown) {
  if (fate === 'refused') throw new PermanentError(`${name} is refused`, { errorCode: 'REFUSED', context: { name } });
  if (fate === 'retried' && attempt === 1) throw new RetryableError(`${name} is busy`, { retryAfter: 0 });
  const above = parents.map((parent) => Number(Reflect.get(Object(resultOf(parent)), 'sum')));
  return { sum: above.reduce((sum, each) => (sum + each) % 1_000_003, Number(base)), above: above.length };
}

const nameOf = ({ name }: Work) => `forms.${name}`;
const baseOf = (context: StepContext) => context.getInput('base');

function classOf(work: Work) {
  return class extends StepHandler {
    static override readonly handlerName = nameOf(work);
    async call(context: StepContext): Promise<object> {
      return doWork(work, baseOf(context), context.attempt, (parent) => context.getDependencyResult(parent));
    }
  };
}

function functionOf(work: Work) {
  const depends = Object.fromEntries(work.parents.map((parent) => [parent, parent]));
  return defineHandler(nameOf(work), { depends, inputs: { base: 'base' } }, ({ base, context, ...above }) =>
    doWork(work, base, context.attempt, (parent) => Reflect.get(above, parent)),
  );
}

function objectOf(work: Work): Handler {
  return {
    call: (context: StepContext) =>
      doWork(work, baseOf(context), context.attempt, (parent) => context.dependencyResults[parent]),
  };
}

const head = { name: 'forms', namespace: 'shop', version: '1.0.0' };

/** The template as authors write it in each dialect, with the steps in the order they come in. */
const dialects: Readonly<Record<string, (task: readonly Work[]) => string>> = {
  yaml: (task) => stringify(canonical(task)),
  json: (task) => JSON.stringify(canonical(task)),
  symbols: (task) => stringify(withSymbols(canonical(task))),
  'the older dialect': (task) =>
    stringify({
      name: head.name,
      namespace_name: head.namespace,
      version: head.version,
      task_handler_class: 'Forms',
      step_templates: task.map((work) => ({
        name: work.name,
        handler_class: nameOf(work),
        depends_on_steps: work.parents,
        default_retry_limit: 2,
      })),
    }),
};

function canonical(task: readonly Work[]) {
  return {
    name: head.name,
    namespace_name: head.namespace,
    version: head.version,
    steps: task.map((work) => ({
      name: work.name,
      handler: { callable: nameOf(work) },
      depends_on: work.parents,
      // what the older dialect has by default
      retry: { limit: 2, backoff_base_ms: 2000 },
    })),
  };
}

function withSymbols(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withSymbols);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]: [string, unknown]) => [`:${key}`, withSymbols(value)]),
  );
}

function templateOf(text: string): TemplateDocument {
  const [template] = readTemplateYaml(text);
  if (template === undefined) throw new Error('there is no template');
  return template;
}

/** The same in the builder, which has parents before their children: in the order of the plan. */
function builtOf(task: readonly Work[], template: TemplateDocument): TaskDefinition<object, Record<string, never>> {
  const workOf = new Map(task.map((work) => [work.name, work]));
  const inOrder = compilePlan(template).steps.flatMap(({ name }) => workOf.get(name) ?? []);
  const steps = inOrder.map((work) =>
    buildStep(
      work.name,
      {
        after: work.parents,
        callable: nameOf(work),
        retry: { maxAttempts: 2, baseMs: 2000 },
        run: ({ input, results, context }: { input: object; results: object; context: StepContext }) =>
          doWork(work, Reflect.get(input, 'base'), context.attempt, (parent) => Reflect.get(results, parent)),
      },
      '',
    ),
  );
  return new TaskDefinition(head, steps);
}

/** The ways to write the same task: every dialect and every form of handlers. */
function formsOf(task: readonly Work[]): Readonly<Record<string, Omit<TaskerOptions, 'database'>>> {
  const handlers = {
    classes: task.map(classOf),
    functions: task.map(functionOf),
    objects: Object.fromEntries(task.map((work) => [nameOf(work), objectOf(work)])),
  };
  const inDialect = (dialect: string) => [templateOf(dialects[dialect]?.(task) ?? '')];
  return {
    builder: { tasks: [builtOf(task, templateOf(dialects['yaml']?.(task) ?? ''))] },
    'classes, YAML': { templates: inDialect('yaml'), handlers: handlers.classes },
    'functions, JSON': { templates: inDialect('json'), handlers: handlers.functions },
    'objects, symbol keys': { templates: inDialect('symbols'), handlers: handlers.objects },
    'classes, older dialect': { templates: inDialect('the older dialect'), handlers: handlers.classes },
  };
}

/** Everything that happened, but for when, and on which worker; in an order of its own, as steps run side by side. */
async function historyOf(db: Database, options: Omit<TaskerOptions, 'database'>) {
  const tasker = await createTasker({ database: db, migrate: false, upkeep: false, logger: createLog(), ...options });
  try {
    const template = await tasker.submit({ ...head, context: { base: 1 } });
    const { status, results } = await template.completed({ timeoutMs: 60_000 });
    const facts = (await taskHistory(db, template.id)).map(({ kind, step, attempt, actor, result, error }) =>
      // the stack of an error is where the form shows, and nothing else
      JSON.stringify({ kind, step, attempt, actor, result, error: error && { ...error, backtrace: undefined } }),
    );
    return { status, results, facts: facts.toSorted(), plans: await listPlans(db) };
  } finally {
    await tasker.stop();
  }
}

/** One, as long as all forms say the same. */
function listPlans(db: Database) {
  return db.query<{ number: number; hash: string }>({ text: 'select number, hash from tasker.revision order by id' });
}

describeEachDatabase((kind) => {
  async function expectSameHistories(task: readonly Work[]): Promise<void> {
    const { db, drop } = await kind.create();
    try {
      const [first, ...others] = Object.entries(formsOf(task));
      if (first === undefined) throw new Error('there are no forms');
      const expected = await historyOf(db, first[1]);
      expect(expected.plans).toHaveLength(1);
      for (const [form, options] of others) {
        expect({ form, ...(await historyOf(db, options)) }).toEqual({ form, ...expected });
      }
    } finally {
      await drop();
    }
  }

  describe('the same task', { timeout: 120_000 * runs }, () => {
    it.each([
      ['two hundred steps', { minLength: 200, maxLength: 200 }, 1],
      ['up to sixty steps', { minLength: 1, maxLength: 60 }, 3],
    ] as const)(
      'CORE-90, CORE-91: of %s leaves the same plan and history, however it is written',
      async (_, size, count) => {
        await fc.assert(fc.asyncProperty(tasksOf(size), expectSameHistories), {
          numRuns: count * runs,
          endOnFailure: true,
        });
      },
    );
  });
});
