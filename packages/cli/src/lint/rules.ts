/** What handlers are held to. The guide docs/guides/step-handlers.md says each in full; `number` is the rule there. */
export const handlerRules = {
  'no-instance-state': {
    number: 1,
    why: 'One instance serves every attempt, many of them at once: what one keeps on it, another reads.',
    remedy: 'Keep it in a variable of the call, or set it in the constructor and never again.',
  },
  'one-extraction': {
    number: 2,
    why: 'What the handler needs is read in more than one place, so nobody sees what that is.',
    remedy: 'Read the context and the results of other steps in one function, and pass on what it returns.',
  },
  'parse-at-boundary': {
    number: 3,
    why: 'A cast promises what nobody has checked: what comes from outside may be anything.',
    remedy: 'Parse it, with a schema or by hand, and throw a PermanentError with a code when it is something else.',
  },
  'behind-a-port': {
    number: 4,
    why: 'A handler that speaks to the network itself can only be tested against a network.',
    remedy: 'Put the call into a port that the handler is given, or use ApiStepHandler.',
  },
  'classified-failure': {
    number: 5,
    why: 'The engine tries again what it cannot classify, and nobody can act upon a failure without a code.',
    remedy: 'Throw a PermanentError with an `errorCode`, or a RetryableError.',
  },
  'checked-response': {
    number: 6,
    why: 'The body of a response is read and its status is not looked at: an error page is taken for a result.',
    remedy: 'Look at `ok` or `status` first, and throw what the status means.',
  },
  'safe-shaping': {
    number: 7,
    why: 'When a result is shaped, the work is done: to try again would do it twice.',
    remedy: 'Throw a PermanentError with the code RESULT_PROCESSING_FAILED, or use TransformingStepHandler.',
  },
  'narrow-catch': {
    number: 8,
    why: 'Everything is caught and nothing is thrown on: the step goes on as if it had worked.',
    remedy: 'Handle the errors you know and throw the others on.',
  },
  'plain-formatter': {
    number: 9,
    why: 'What shapes a result should need nothing but what went in and what came back.',
    remedy: 'Give it two or three arguments, without the context, and let it wait for nothing.',
  },
  'result-contract': {
    number: 10,
    why: 'Results are read by other steps, perhaps in other languages, for years.',
    remedy: 'Use keys in snake_case and times as ISO 8601 text, and throw failures instead of returning them.',
  },
  'time-limit': {
    number: undefined,
    why: 'A call without the signal of the attempt goes on when the attempt is over, and may never end.',
    remedy: 'Pass `signal: context.signal`, or AbortSignal.any with a shorter limit.',
  },
  'idempotency-key': {
    number: undefined,
    why: 'The step may be tried again after the service has acted, and will act twice.',
    remedy: 'Send `context.idempotencyKey`, which is the same for every attempt of the step.',
  },
  'no-secrets-in-logs': {
    number: undefined,
    why: 'Logs are read by many and kept for long.',
    remedy: 'Leave the secret out, or log what identifies it.',
  },
  'test-beside': {
    number: undefined,
    why: 'There is no test of the handlers in this file beside it, or in a folder `test` beside it.',
    remedy: 'Write one; `tasker generate step-handler` shows how.',
  },
} as const satisfies Readonly<Record<string, HandlerRule>>;

interface HandlerRule {
  /** Of the ten rules; undefined: from the checklist. */
  readonly number: number | undefined;
  readonly why: string;
  readonly remedy: string;
}

export type HandlerRuleId = keyof typeof handlerRules;

/** One thing to look at. */
export interface Finding {
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** A rule for handlers, or the code of a problem of a template. */
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'hint';
  readonly why: string;
  readonly remedy: string | undefined;
}
