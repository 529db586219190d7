import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Json, TemplateDocument } from '@tasker/contract';
import { normaliseTemplate } from '../lifecycle/1-template/template-document.ts';
import type { SubmissionDecision, SubmissionHook } from '../lifecycle/2-submission/submission-hook.ts';
import type { Handler } from '../lifecycle/4-execution/handler.ts';
import type { BuiltStep } from './built-step.ts';
import {
  beforeCompletion,
  type CompletionArguments,
  type CompletionHook,
  completionStep,
  type Notes,
} from './completion-step.ts';
import type { InputOfSchema, SubmittedBySchema, TaskTypes } from './define-task.ts';
import { isStandardSchema, type SchemaSource, toContextSchema } from './schema-source.ts';

export interface TaskFromTemplateOptions<Schema> {
  /** What the context looks like, in the place of what the template says about it. */
  readonly input?: Schema;
  /** Handlers by the names that the template refers to them by. */
  readonly handlers?: Readonly<Record<string, Handler>>;
}

/**
 * A definition made of a template that is written elsewhere (see `readTemplateYaml`), for what only code can say: a
 * schema of the context that goes before the template's, and hooks.
 *
 * @example
 * const [template] = readTemplateYaml(await readFile('order.yaml', 'utf8'));
 * const order = taskFromTemplate(template, { input: z.object({ cart: z.array(item).min(1) }) })
 *   .onSubmit(({ cart }) => ({ priority: cart.length > 100 ? 10 : 0 }));
 */
export function taskFromTemplate<Schema extends SchemaSource | undefined = undefined>(
  template: TemplateDocument,
  options: TaskFromTemplateOptions<Schema> = {},
): TemplateDefinition<InputOfSchema<Schema>, SubmittedBySchema<Schema>> {
  return new TemplateDefinition(template, options, {});
}

interface Hooks {
  readonly onSubmit?: SubmissionHook;
  readonly onComplete?: CompletionHook;
}

export class TemplateDefinition<Input, Submitted = Input> {
  /** Only types. */
  declare readonly '~types': TaskTypes<Input, Readonly<Record<string, unknown>>, Submitted>;
  readonly #template: TemplateDocument;
  readonly #options: TaskFromTemplateOptions<SchemaSource | undefined>;
  readonly #hooks: Hooks;
  #made: BuiltStep | undefined;

  constructor(template: TemplateDocument, options: TaskFromTemplateOptions<SchemaSource | undefined>, hooks: Hooks) {
    this.#template = template;
    this.#options = options;
    this.#hooks = hooks;
  }

  /** See {@link TaskDefinition.onSubmit}. */
  onSubmit(decide: (input: Input) => SubmissionDecision | undefined): TemplateDefinition<Input, Submitted> {
    return new TemplateDefinition(this.#template, this.#options, { ...this.#hooks, onSubmit: decide });
  }

  /** See {@link TaskDefinition.onComplete}. */
  onComplete(
    note: (
      done: CompletionArguments<Input, Readonly<Record<string, Json>>>,
    ) => Notes | undefined | void | Promise<Notes | undefined | void>,
  ): TemplateDefinition<Input, Submitted> {
    return new TemplateDefinition(this.#template, this.#options, { ...this.#hooks, onComplete: note });
  }

  /** The template, with the schema and the last step of the code. */
  get document(): TemplateDocument {
    const { input } = this.#options;
    const { input_schema: written, ...rest } = this.#template;
    const schema = input === undefined ? written : toContextSchema(input);
    const last = this.#lastStep;
    return normaliseTemplate({
      ...rest,
      ...(schema === undefined ? {} : { input_schema: schema }),
      steps: last === undefined ? rest.steps : [...rest.steps, last.source],
    });
  }

  get handlers(): ReadonlyMap<string, Handler> {
    const last = this.#lastStep;
    return new Map([
      ...Object.entries(this.#options.handlers ?? {}),
      ...(last?.handler === undefined ? [] : [[last.source.handler.callable, last.handler] as const]),
    ]);
  }

  get inputSchema(): StandardSchemaV1 | undefined {
    const { input } = this.#options;
    return input !== undefined && isStandardSchema(input) ? input : undefined;
  }

  get submissionHook(): SubmissionHook | undefined {
    const { onSubmit, onComplete } = this.#hooks;
    return onSubmit === undefined || onComplete === undefined ? onSubmit : beforeCompletion(onSubmit);
  }

  get #lastStep(): BuiltStep | undefined {
    const { namespace_name: namespace, name, version, steps } = this.#template;
    const { onComplete } = this.#hooks;
    if (onComplete === undefined) return undefined;
    this.#made ??= completionStep(`${namespace}/${name}@${version}`, steps, onComplete);
    return this.#made;
  }
}
