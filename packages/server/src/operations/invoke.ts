import type { Static, TSchema } from 'typebox';
import { plainOf } from '../resources/json-text.ts';
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
  return plainOf(await answerTo(operation, services, input, request));
}

/** The same for who wants the text of the answer (`jsonTextOf`), and may get no plain object. */
export async function answerTo<Input extends TSchema, Output extends TSchema>(
  operation: Operation<Input, Output>,
  services: Services,
  input: unknown,
  request: RequestContext,
): Promise<Static<Output>> {
  return operation.call(services, await admit(operation, services, input, request), request);
}

/**
 * Asks whether the caller may, and checks the input: for what is no call that returns, such as a stream.
 *
 * @throws {InvalidInput}
 */
export async function admit<Input extends TSchema>(
  { permission, input: schema }: Pick<Operation<Input>, 'permission' | 'input'>,
  { authorizer }: Services,
  input: unknown,
  request: RequestContext,
): Promise<Static<Input>> {
  const allowing = permission === null ? undefined : authorizer.authorize(permission, request);
  if (allowing !== undefined) await allowing;
  return checkInput(schema, input);
}
