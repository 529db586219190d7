import type { Static, TSchema } from 'typebox';
import { checkInput } from './check-input.ts';
import type { Operation } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { Services } from './services.ts';

/**
 * Does what an operation says: the one way in for every surface. First asks whether the caller may, then checks the
 * input, so that nobody learns from an error message what they may not see.
 *
 * @throws {InvalidInput} and the errors that the operation lists
 */
export async function invoke<Input extends TSchema, Output extends TSchema>(
  operation: Operation<Input, Output>,
  services: Services,
  input: unknown,
  request: RequestContext,
): Promise<Static<Output>> {
  if (operation.permission !== null) await services.authorizer.authorize(operation.permission, request);
  return operation.call(services, checkInput(operation.input, input), request);
}
