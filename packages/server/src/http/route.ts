import type { Static, TSchema } from 'typebox';
import type { Operation } from '../operations/operation.ts';
import type { Services } from '../operations/services.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How an operation is reached over HTTP. */
export interface Route<Input extends TSchema = TSchema, Output extends TSchema = TSchema> {
  readonly method: Method;
  /** Under the prefix; what stands in braces is part of the input. */
  readonly path: string;
  readonly operation: Operation<Input, Output>;
  /** The body may also stand in an object under this name. */
  readonly wrapper?: string;
  /** Properties of the input that may come as headers, by the names of those; the body must not say otherwise. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The same; what the body says counts more. */
  readonly defaultHeaders?: Readonly<Record<string, string>>;
  /** A body in YAML is the input’s property of this name. */
  readonly yaml?: string;
  /** Answers carry an ETag, and a request that knows it is answered with 304. */
  readonly etag?: boolean;
  /** What the statuses besides those of errors mean. Default: 200 alone. */
  readonly successes?: Readonly<Record<number, string>>;
  /** Input that follows from what the caller accepts, where nothing else says it. */
  negotiate?(accept: string, services: Services): Partial<Static<Input>>;
  /** Makes an HTTP answer of the operation’s, where it is not simply JSON with status 200. */
  reply?(answer: Static<Output>, prefix: string, asked: Asked<Static<Input>>): Reply;
  /** What a success may be besides JSON, for the reference. */
  readonly media?: readonly string[];
}

/** What was answered to. */
export interface Asked<Input> {
  readonly input: Input;
  readonly services: Services;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the answer as JSON. */
  readonly text?: { readonly type: string; readonly content: string };
}

/** Infers the schemas. */
export function route<Input extends TSchema, Output extends TSchema>(of: Route<Input, Output>): Route {
  return of;
}

/** The names in braces. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
}
