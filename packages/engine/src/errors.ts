import { type ErrorCode, errorCatalogue, type Json, type TemplateProblem, type Violation } from '@tasker/contract';

/**
 * What every error of the engine is. `code` names it in the catalogue (`@tasker/contract`), `status` is
 * how HTTP answers it, `details` is data to act upon.
 */
export abstract class TaskerError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, Json>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, Json>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** A template cannot be used; `problems` lists everything that is wrong with it, in the order of the text. */
export class InvalidTemplate extends TaskerError {
  readonly problems: readonly TemplateProblem[];

  constructor(problems: readonly TemplateProblem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super('INVALID_TEMPLATE', [`The template has ${count}:`, ...problems.map(problemLine)].join('\n'), {
      problems: problems.map((problem) => ({ ...problem })),
    });
    this.problems = problems;
  }
}

function problemLine(problem: TemplateProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const where = [place, problem.path].filter((part) => part !== '').join(' ');
  return `  ${where === '' ? '' : `${where}: `}${problem.message}${problem.remedy === undefined ? '' : ` ${problem.remedy}`}`;
}

/** A context does not fit the input schema; `violations` lists every place where it does not. */
export class InvalidContext extends TaskerError {
  readonly violations: readonly Violation[];

  constructor(template: string, violations: readonly Violation[]) {
    const list = violations.map(({ path, message }) => (path === '' ? message : `${path} ${message}`));
    super('INVALID_CONTEXT', `The context does not fit the input schema of ${template}: ${list.join('; ')}.`, {
      violations: violations.map((violation) => ({ ...violation })),
    });
    this.violations = violations;
  }
}

/** A value that must be kept as JSON cannot be; the message names the place in it. */
export class NotSerialisable extends TaskerError {
  constructor(what: string, path: string, reason: string) {
    const where = path === '' ? what : `${what}: \`${path}\``;
    super('NOT_SERIALISABLE', `${where} ${reason}.`, { path, reason });
  }
}

export class TemplateNotFound extends TaskerError {
  constructor(namespace: string, name: string, version: string) {
    super(
      'TEMPLATE_NOT_FOUND',
      `There is no template ${namespace}/${name}@${version}. Register it, or look for the name with \`tasker template list\`.`,
      { namespace, name, version },
    );
  }
}

/** The template is registered, and this version of the engine cannot run it; `details.reasons` says why. */
export class TemplateNotRunnable extends TaskerError {
  constructor(template: string, reasons: readonly string[]) {
    super('TEMPLATE_NOT_RUNNABLE', `${template} cannot run: ${reasons.join(' ')}`, { template, reasons });
  }
}

/** The version is taken by different content, and versions never change. */
export class TemplateConflict extends TaskerError {
  constructor(namespace: string, name: string, version: string, difference: readonly string[]) {
    super(
      'TEMPLATE_CONFLICT',
      `${namespace}/${name}@${version} is registered with different content (${difference.join(', ')}). ` +
        'Give it a new version, or register it with `replace`.',
      { namespace, name, version, difference },
    );
  }
}

/** The tasks of a template have as many graphs of their own as are kept for one. */
export class TooManyGraphs extends TaskerError {
  constructor(template: string, most: number) {
    super(
      'TOO_MANY_GRAPHS',
      `The tasks of ${template} have ${most} different graphs of their own, and no more are kept. Name added steps by ` +
        'their number and let them find the rest in the context, so that tasks share graphs; or raise `graphsPerTemplate`.',
      { template, most },
    );
  }
}

export class TaskNotFound extends TaskerError {
  constructor(taskId: string) {
    super('TASK_NOT_FOUND', `There is no task ${taskId}.`, { task_id: taskId });
  }
}

export class StepNotFound extends TaskerError {
  constructor(taskId: string, step: string) {
    super('STEP_NOT_FOUND', `Task ${taskId} has no step with the id or name ${step}.`, { task_id: taskId, step });
  }
}

/** The identity of the task is taken; `existingTaskId` has it. */
export class DuplicateTask extends TaskerError {
  readonly existingTaskId: string;

  constructor(template: string, existingTaskId: string) {
    super(
      'DUPLICATE_TASK',
      `The same ${template} was submitted before, as task ${existingTaskId}. ` +
        'Change the context, or give an idempotency key of its own to a task that is meant to run again.',
      { task_id: existingTaskId },
    );
    this.existingTaskId = existingTaskId;
  }
}

export class InvalidTransition extends TaskerError {
  /** @param hint why, and what is possible instead, where the states do not tell: sentences */
  constructor(subject: string, from: string, to: string, hint?: string) {
    const told = `${subject} is ${from} and cannot become ${to}.`;
    super('INVALID_TRANSITION', hint === undefined ? told : `${told} ${hint}`, { subject, from, to });
  }
}

/** No handler answers to the name that a step refers to. */
export class HandlerNotFound extends TaskerError {
  /** @param failure why the resolver that should have found it did not */
  constructor(callable: string, known: readonly string[], failure?: Error) {
    const why = failure === undefined ? `Registered here: ${known.join(', ') || 'none'}.` : `${failure.message}.`;
    super('HANDLER_NOT_FOUND', `There is no handler \`${callable}\`. ${why}`, { callable }, failure);
  }
}

/** Options that cannot be used; every problem with them is listed. */
export class InvalidOptions extends TaskerError {
  constructor(problems: readonly string[], cause?: unknown) {
    super('INVALID_OPTIONS', problems.join('\n'), { problems }, cause);
  }
}

export class DatabaseUnavailable extends TaskerError {
  constructor(message: string, cause?: unknown) {
    super('DATABASE_UNAVAILABLE', message, {}, cause);
  }
}

/** Waiting ended before what was waited for. The task goes on regardless. */
export class WaitTimedOut extends TaskerError {
  constructor(subject: string, timeoutMs: number) {
    super('WAIT_TIMED_OUT', `${subject} did not finish within ${timeoutMs} ms; it goes on.`, { timeout_ms: timeoutMs });
  }
}

/** The Tasker was stopped, or is stopping: it takes nothing more. */
export class TaskerStopped extends TaskerError {
  constructor() {
    super('STOPPED', 'the Tasker was stopped');
  }
}

/** A request cannot be taken as it is; `details.field` names what to change. */
export class InvalidRequest extends TaskerError {
  constructor(field: string, problem: string) {
    super('INVALID_REQUEST', `\`${field}\` ${problem}.`, { field });
  }
}

/** The idempotency key belongs to a request with other content. */
export class IdempotencyKeyReused extends TaskerError {
  constructor(existingTaskId: string) {
    super(
      'IDEMPOTENCY_KEY_REUSED',
      `The idempotency key was used for task ${existingTaskId} with another context. Use a new key for a new request.`,
      { task_id: existingTaskId },
    );
  }
}
