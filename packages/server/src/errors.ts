import type { Violation } from '@tasker/contract';
import { TaskerError } from '@tasker/engine';

/** Errors that only a surface has; those of the engine pass through. All are in the catalogue of the contract. */

export { TaskNotFound, TemplateNotFound } from '@tasker/engine';

/** The input of an operation is not what it takes; `details.violations` lists every place where it is not. */
export class InvalidInput extends TaskerError {
  constructor(violations: readonly Violation[]) {
    const list = violations.map(({ path, message }) => (path === '' ? message : `\`${path}\` ${message}`));
    super('INVALID_REQUEST', `${list.join('; ')}.`, {
      field: violations[0]?.path ?? '',
      violations: violations.map((violation) => ({ ...violation })),
    });
  }
}

export class NamespaceNotFound extends TaskerError {
  constructor(namespace: string) {
    super(
      'NAMESPACE_NOT_FOUND',
      `There is no namespace ${namespace}. GET /tasker/handlers lists those there are; registering a template makes one.`,
      { namespace },
    );
  }
}

/** More is under way than is taken at once; nothing was done. */
export class Overloaded extends TaskerError {
  constructor(what: string, most: number) {
    super('OVERLOADED', `${most} ${what} are under way, which is all that is taken at once. Try again in a second.`, {
      retry_after_seconds: 1,
    });
  }
}

export class RouteNotFound extends TaskerError {
  constructor(path: string) {
    super('ROUTE_NOT_FOUND', `There is nothing at ${path}. GET /tasker/openapi.json lists what there is.`, { path });
  }
}

export class MethodNotAllowed extends TaskerError {
  constructor(path: string, method: string, allowed: readonly string[]) {
    super('METHOD_NOT_ALLOWED', `${path} does not take ${method}; it takes ${allowed.join(', ')}.`, {
      allowed: [...allowed],
    });
  }
}

export class PayloadTooLarge extends TaskerError {
  constructor(mostBytes: number) {
    super('PAYLOAD_TOO_LARGE', `The body is larger than ${mostBytes} bytes, which is all that is taken.`, {
      most_bytes: mostBytes,
    });
  }
}

export class UnsupportedMediaType extends TaskerError {
  constructor(given: string, taken: readonly string[]) {
    super('UNSUPPORTED_MEDIA_TYPE', `A body of type ${given} is not read here; send ${taken.join(' or ')}.`, {
      taken: [...taken],
    });
  }
}

/** The request comes from where none is taken from. */
export class ForeignRequest extends TaskerError {
  constructor(problem: string) {
    super('FORBIDDEN', problem);
  }
}

/** The server takes no more requests: it is stopping. */
export class ServerStopping extends TaskerError {
  constructor() {
    super('STOPPED', 'The server is stopping. Another one, or this one when it is back, will answer.', {
      retry_after_seconds: 1,
    });
  }
}
