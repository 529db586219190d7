import type { TemplateDocument } from '@tasker/contract';
import type { Plan } from '../graph/plan.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import type { PlanStore } from '../lifecycle/1-template/plan-store.ts';
import type { SubmissionHook } from '../lifecycle/2-submission/submission-hook.ts';
import type { Handler } from '../lifecycle/4-execution/handler.ts';
import type { HandlerChange, HandlerRegistry } from '../lifecycle/4-execution/handler-registry.ts';
import { reportHandlers, type TemplateHandlers } from '../lifecycle/4-execution/handler-report.ts';
import type { ModuleResolver } from '../lifecycle/4-execution/module-resolver.ts';
import { type Handlers, namedHandlers } from '../lifecycle/4-execution/named-handlers.ts';
import type { TaskerLogger } from './logger.ts';
import type { AnyTaskDefinition, RegisterOptions, TemplateFile } from './tasker.ts';

/** Takes in templates and handlers, and knows which of the templates can run here. */
export interface Registrar {
  register(
    template: TemplateDocument | TemplateFile | AnyTaskDefinition,
    how?: RegisterOptions,
  ): Promise<RegisteredPlan>;
  /** All of them or, when one cannot be, none. */
  registerHandlers(handlers: Handlers, how?: { readonly replace?: boolean }): void;
  /** Whether there is, or may be found, anything to work with. */
  readonly hasHandlers: boolean;
  /** What the definition that was registered here decides about its tasks. */
  readonly hookOf: (plan: Plan) => SubmissionHook | undefined;
  /** Of the templates that this process registered. */
  report(): TemplateHandlers[];
  /** Writes to the log what cannot run here. */
  warn(): void;
}

export interface RegistrarDeps {
  readonly plans: PlanStore;
  readonly handlers: HandlerRegistry;
  readonly modules: ModuleResolver;
  readonly logger: TaskerLogger;
  readonly onHandler: (change: HandlerChange, callable: string) => void;
}

export function createRegistrar({ plans, handlers, modules, logger, onHandler }: RegistrarDeps): Registrar {
  /** The newest revision of each version. */
  const registeredHere = new Map<string, RegisteredPlan>();
  /** What was said of a template, which is not said again. */
  const told = new Map<string, string>();

  const hooks = new Map<string, SubmissionHook>();

  function takeIn(offered: Iterable<readonly [string, Handler]>, replace: boolean): void {
    for (const [callable, handler] of offered) {
      const change = handlers.register(callable, handler, { replace });
      if (change !== undefined) onHandler(change, callable);
    }
  }

  return {
    async register(template, { replace = false, replaceHandlers = false } = {}) {
      const { document, file, own, hook } = partsOf(template);
      // what clashes must be known before anything is stored: a registration is whole or it is not
      if (!replaceHandlers) for (const [callable, handler] of own) handlers.refuseTaken(callable, handler);
      if (file !== undefined) modules.allow(callablesOf(document), file);
      const registered = await plans.register(document, { replace });
      takeIn(own, replaceHandlers);
      const { plan } = registered;
      registeredHere.set(fullName(plan), registered);
      if (hook !== undefined) hooks.set(fullName(plan), hook);
      await handlers.prepare(plan.steps.map((step) => step.handler));
      return registered;
    },
    registerHandlers(offered, { replace = false } = {}) {
      const named = namedHandlers(offered);
      if (!replace) for (const [callable, handler] of named) handlers.refuseTaken(callable, handler);
      takeIn(named, replace);
    },
    get hasHandlers() {
      return handlers.callables().length > 0 || handlers.resolvers.length > ownResolvers || modules.isOpen;
    },
    hookOf: (plan) => hooks.get(fullName(plan)),
    report: () => [...registeredHere.values()].map(({ plan }) => reportHandlers(plan, handlers)),
    warn() {
      for (const [template, { plan }] of registeredHere) {
        const report = reportHandlers(plan, handlers);
        const saying = JSON.stringify(report.problems);
        if (!report.runnable && told.get(template) !== saying) tell(logger, template, report);
        told.set(template, saying);
      }
    },
  };
}

/** The registered names, and modules. */
const ownResolvers = 2;

function partsOf(template: TemplateDocument | TemplateFile | AnyTaskDefinition) {
  if ('handlers' in template) {
    const { document, handlers, submissionHook: hook } = template;
    return { document, file: undefined, own: [...handlers], hook };
  }
  if ('document' in template) return { ...template, own: [], hook: undefined };
  return { document: template, file: undefined, own: [], hook: undefined };
}

function fullName({ namespace, name, version }: Plan): string {
  return `${namespace}/${name}@${version}`;
}

function callablesOf({ steps }: TemplateDocument): string[] {
  return steps.map(({ handler }) => handler.callable);
}

/** Handlers that are missing may be in other processes; anything else is a mistake wherever it runs. */
function tell(logger: TaskerLogger, template: string, { missing, problems }: TemplateHandlers): void {
  if (missing.length > 0) {
    logger.info({ template, missing }, `${template} cannot run in this process: no handler ${missing.join(', ')}`);
  }
  for (const { step, callable, code, message } of problems) {
    if (!missing.includes(callable)) logger.warn({ template, step, code }, message);
  }
}
