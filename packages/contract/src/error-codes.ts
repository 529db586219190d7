/**
 * The one catalogue of errors that Tasker itself answers with, over HTTP and GraphQL, on the command line
 * and as exceptions. `summary` is for documentation; the message of each error says what happened and
 * what to do about it.
 */
export const errorCatalogue = {
  INVALID_REQUEST: { status: 400, summary: 'The request does not have the expected form.' },
  INVALID_OPTIONS: { status: 400, summary: 'Options or configuration hold values that cannot be used.' },
  UNAUTHENTICATED: { status: 401, summary: 'The request does not say who makes it, or not believably.' },
  FORBIDDEN: { status: 403, summary: 'Whoever makes the request may not do that.' },
  ROUTE_NOT_FOUND: { status: 404, summary: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: { status: 405, summary: 'The path knows other methods than this one.' },
  PAYLOAD_TOO_LARGE: { status: 413, summary: 'The body is larger than the server takes.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, summary: 'The body is in a format that the server does not read.' },
  NAMESPACE_NOT_FOUND: { status: 404, summary: 'There is no namespace of this name.' },
  TEMPLATE_NOT_FOUND: { status: 404, summary: 'No template is registered under this namespace, name and version.' },
  TASK_NOT_FOUND: { status: 404, summary: 'There is no task with this id.' },
  STEP_NOT_FOUND: { status: 404, summary: 'The task has no step with this id or name.' },
  HANDLER_NOT_FOUND: { status: 404, summary: 'No handler is registered under the name a step refers to.' },
  DUPLICATE_TASK: { status: 409, summary: 'The same task was submitted before.' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, summary: 'The idempotency key was used for a request with other content.' },
  TEMPLATE_CONFLICT: { status: 409, summary: 'Different content is registered under this version already.' },
  INVALID_TRANSITION: { status: 409, summary: 'A task or step cannot go from its present state to the one asked for.' },
  NOT_SERIALISABLE: { status: 422, summary: 'A value cannot be kept as JSON.' },
  INVALID_TEMPLATE: { status: 422, summary: 'A template has problems; all of them are listed.' },
  TEMPLATE_NOT_RUNNABLE: { status: 422, summary: 'The template uses what this version of the engine cannot run.' },
  TOO_MANY_GRAPHS: { status: 422, summary: 'The tasks of the template have too many graphs of their own.' },
  INVALID_CONTEXT: {
    status: 422,
    summary: 'The context violates the input schema of its template; all violations are listed.',
  },
  INTERNAL_ERROR: { status: 500, summary: 'A fault of Tasker itself; its log says more under the correlation id.' },
  OVERLOADED: { status: 503, summary: 'More is under way than the server takes at once; nothing was done.' },
  DATABASE_UNAVAILABLE: { status: 503, summary: 'The database cannot be reached.' },
  STOPPED: { status: 503, summary: 'The process is shutting down and takes nothing more.' },
  UNEXPECTED_ANSWER: { status: 502, summary: 'What answered does not speak as Tasker does.' },
  SERVER_UNREACHABLE: { status: 503, summary: 'No answer came from the server; what was asked for may have happened.' },
  WAIT_TIMED_OUT: { status: 504, summary: 'What was waited for did not happen in time; it may still happen.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly summary: string }>>;

export type ErrorCode = keyof typeof errorCatalogue;

/** Codes that the engine itself puts on a failed attempt; handlers add their own. */
export const attemptErrorCodes = {
  /** The attempt took longer than the step's timeout. */
  timeout: 'TIMEOUT',
  /** The handler returned something that JSON or PostgreSQL cannot hold. */
  notSerialisable: 'NOT_SERIALISABLE',
  /** The result is larger than the engine allows. */
  resultTooLarge: 'RESULT_TOO_LARGE',
  /** The result violates the step's result schema. */
  invalidResult: 'INVALID_RESULT',
  /** No handler is registered under the name the step refers to. */
  handlerNotFound: 'HANDLER_NOT_FOUND',
  /** The handler has no method of the name that the template gives. */
  methodNotFound: 'METHOD_NOT_FOUND',
  /** The template asks for a resolver that this process does not have. */
  resolverNotFound: 'RESOLVER_NOT_FOUND',
  /** The step's configuration is not what its handler needs. */
  invalidHandlerConfig: 'INVALID_HANDLER_CONFIG',
  /** The work was done, but no result could be made of what came of it: doing it again would do it twice. */
  resultProcessingFailed: 'RESULT_PROCESSING_FAILED',
} as const;
