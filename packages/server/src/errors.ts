import type { Violation } from '@tasker/contract';
import { TaskerError } from '@tasker/engine';

/** Errors that only a surface has; those of the engine pass through. All are in the catalogue of the contract. */

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
