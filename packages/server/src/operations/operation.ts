import type { ErrorCode } from '@tasker/contract';
import type { Static, TSchema } from 'typebox';
import type { Permission } from './permission.ts';
import type { RequestContext } from './request-context.ts';
import type { Services } from './services.ts';

/** One thing that a user can do. REST, GraphQL and the rest are encodings of the list of these. */
export interface Operation<Input extends TSchema = TSchema, Output extends TSchema = TSchema> {
  /** For example `task.submit`. */
  readonly name: string;
  /** Null: open to everybody, whatever the authorization. */
  readonly permission: Permission | null;
  /** A query changes nothing. */
  readonly kind: 'query' | 'command';
  readonly summary: string;
  /** An object schema that refuses unknown properties. */
  readonly input: Input;
  readonly output: Output;
  /** What it fails with besides INVALID_REQUEST, UNAUTHENTICATED, FORBIDDEN and the errors that any request may meet. */
  readonly errors: readonly ErrorCode[];
  /** Called with input that was checked, for somebody who may. Use `invoke`, which sees to both. */
  call(services: Services, input: Static<Input>, request: RequestContext): Promise<Static<Output>>;
}

/** Infers the schemas. */
export function defineOperation<Input extends TSchema, Output extends TSchema>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return operation;
}
