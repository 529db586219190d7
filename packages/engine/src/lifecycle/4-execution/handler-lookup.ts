import { type Handler, handlerFault } from './handler.ts';
import type { HandlerResolver } from './handler-resolver.ts';
import type { ResolverChain } from './resolver-chain.ts';

/** What is known of the handler behind a callable. */
export type Lookup =
  | { readonly kind: 'found'; readonly handler: Handler; readonly resolver: string }
  /** Nobody knows it; `failure` is why the one that should have known it does not. */
  | { readonly kind: 'unknown'; readonly failure?: Error }
  /** A resolver is still at it. */
  | { readonly kind: 'pending'; readonly settled: Promise<void> }
  /** There is no resolver of the name that the step gives. */
  | { readonly kind: 'no_resolver' };

/**
 * Asks the resolvers of a chain and keeps their answers, so that what took an import is at hand when a step is to run.
 */
export class HandlerLookup {
  readonly #chain: ResolverChain;
  readonly #answers = new Map<HandlerResolver, Map<string, Answer | Promise<void>>>();

  constructor(chain: ResolverChain) {
    this.#chain = chain;
  }

  /** Answers from what is known; what was never asked for is asked for now. */
  find(callable: string, hint?: string): Lookup {
    const asked = this.#chain.askedFor(callable, hint);
    if (asked === undefined) return { kind: 'no_resolver' };
    let failure: Error | undefined;
    for (const resolver of asked) {
      const answer = this.#answer(resolver, callable);
      if (answer instanceof Promise) return { kind: 'pending', settled: answer };
      if (answer.handler !== undefined) return { kind: 'found', handler: answer.handler, resolver: resolver.name };
      failure ??= answer.failure;
    }
    return failure === undefined ? { kind: 'unknown' } : { kind: 'unknown', failure };
  }

  /** Waits until everything about a callable is known; what was not found before is looked for again. */
  async settle(callable: string, hint?: string): Promise<Lookup> {
    this.#forgetFailures(callable);
    for (;;) {
      const lookup = this.find(callable, hint);
      if (lookup.kind !== 'pending') return lookup;
      await lookup.settled;
    }
  }

  forget(callable: string): void {
    for (const answers of this.#answers.values()) answers.delete(callable);
  }

  #forgetFailures(callable: string): void {
    for (const answers of this.#answers.values()) {
      const answer = answers.get(callable);
      if (answer !== undefined && !(answer instanceof Promise) && answer.handler === undefined)
        answers.delete(callable);
    }
  }

  #answer(resolver: HandlerResolver, callable: string): Answer | Promise<void> {
    const answers = this.#answers.get(resolver) ?? new Map<string, Answer | Promise<void>>();
    this.#answers.set(resolver, answers);
    const known = answers.get(callable);
    if (known !== undefined) return known;
    const answer = ask(resolver, callable, (late) => answers.set(callable, late));
    answers.set(callable, answer);
    return answer;
  }
}

interface Answer {
  readonly handler: Handler | undefined;
  readonly failure?: Error;
}

/** @param onLate given the answer of a resolver that could not give it at once, before its promise is fulfilled */
function ask(resolver: HandlerResolver, callable: string, onLate: (answer: Answer) => void): Answer | Promise<void> {
  try {
    const resolved = resolver.resolve(callable);
    if (!(resolved instanceof Promise)) return answerOf(resolver, callable, resolved);
    return resolved.then(
      (handler) => onLate(answerOf(resolver, callable, handler)),
      (error: unknown) => onLate(failed(resolver, callable, error)),
    );
  } catch (error) {
    return failed(resolver, callable, error);
  }
}

function answerOf(resolver: HandlerResolver, callable: string, resolved: Handler | null | undefined): Answer {
  if (resolved === null || resolved === undefined) return { handler: undefined };
  const fault = handlerFault(resolved);
  return fault === undefined ? { handler: resolved } : failed(resolver, callable, new Error(`it ${fault}`));
}

function failed({ name }: HandlerResolver, callable: string, error: unknown): Answer {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    handler: undefined,
    failure: new Error(`Resolver \`${name}\` did not find \`${callable}\`: ${reason}`, { cause: error }),
  };
}
