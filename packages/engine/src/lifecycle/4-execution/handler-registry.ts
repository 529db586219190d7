import { attemptErrorCodes } from '@tasker/contract';
import { HandlerNotFound, InvalidOptions } from '../../errors.ts';
import type { HandlerReference } from '../../graph/plan.ts';
import { type BoundHandler, bindHandler } from './bind-handler.ts';
import { type Handler, type HandlerCall, type HandlerInstance, handlerFault, isHandlerClass } from './handler.ts';
import { PermanentError } from './handler-errors.ts';
import { HandlerLookup } from './handler-lookup.ts';
import { builtInResolvers, type HandlerResolver } from './handler-resolver.ts';
import { ResolverChain } from './resolver-chain.ts';

/** What a step says of its handler: a part of what its plan holds. */
export type WantedHandler = Pick<HandlerReference, 'callable' | 'resolver'>;

/** What a registration did. */
export type HandlerChange = 'registered' | 'replaced';

/**
 * The handlers of one process, by the callables that steps refer to them by: those that were registered, and those that
 * resolvers find.
 */
export class HandlerRegistry {
  readonly #mapping = new Map<string, Handler>();
  readonly #chain: ResolverChain;
  readonly #lookup: HandlerLookup;
  readonly #instances = new WeakMap<object, HandlerInstance>();
  /** By what the plans say, whose objects stay the same for all their tasks: the way of every attempt. */
  #bound = new WeakMap<HandlerReference, BoundHandler>();

  /** @throws {InvalidOptions} when two resolvers have the same name, or one is not a resolver */
  constructor(resolvers: readonly HandlerResolver[] = []) {
    this.#chain = new ResolverChain([explicitMapping(this.#mapping), ...resolvers]);
    this.#lookup = new HandlerLookup(this.#chain);
  }

  /**
   * @param replace whether the handler may take the place of another of that name; attempts that run already end as
   *   they began
   * @returns what came of it; undefined when the very same was there before
   * @throws {InvalidOptions} when it is no handler, or the name is taken by another
   */
  register(
    callable: string,
    handler: Handler,
    { replace = false }: { readonly replace?: boolean } = {},
  ): HandlerChange | undefined {
    if (!replace) this.refuseTaken(callable, handler);
    const fault = callable === '' ? 'needs a name that templates can refer to' : handlerFault(handler);
    if (fault !== undefined) throw new InvalidOptions([`Handler \`${callable}\` ${fault}.`]);
    const known = this.#mapping.get(callable);
    if (known === handler) return undefined;
    this.#mapping.set(callable, handler);
    this.#changed(callable);
    return known === undefined ? 'registered' : 'replaced';
  }

  /** @throws {InvalidOptions} when the name is taken by another handler */
  refuseTaken(callable: string, handler: Handler): void {
    const known = this.#mapping.get(callable);
    if (known === undefined || known === handler) return;
    throw new InvalidOptions([
      `There are two handlers named \`${callable}\`. Give one of them another name, or register it with \`replace\`.`,
    ]);
  }

  /** Whether there was one of that name. */
  unregister(callable: string): boolean {
    const known = this.#mapping.delete(callable);
    this.#changed(callable);
    return known;
  }

  addResolver(resolver: HandlerResolver): void {
    this.#chain.add(resolver);
    this.#bound = new WeakMap();
  }

  /** Names of the resolvers, in the order in which they are asked. */
  get resolvers(): string[] {
    return this.#chain.names;
  }

  /** The names that were registered. */
  callables(): string[] {
    return [...this.#mapping.keys()];
  }

  /** Lets the resolvers find what is wanted, so that it is at hand when it is asked for. */
  async prepare(wanted: Iterable<WantedHandler>): Promise<void> {
    for (const { callable, resolver } of wanted) {
      await this.#lookup.settle(callable, resolver);
    }
  }

  /** Whether the handler is at hand. */
  has(callable: string, resolver?: string): boolean {
    return this.#lookup.find(callable, resolver).kind === 'found';
  }

  /**
   * The handler of a step, ready to be called.
   *
   * @throws {HandlerNotFound} when nobody knows it
   * @throws {PermanentError} when there is no such resolver or method, or the configuration is not what it needs
   */
  bind(reference: HandlerReference): BoundHandler {
    const known = this.#bound.get(reference);
    if (known !== undefined) return known;
    const { callable, resolver } = reference;
    const lookup = this.#lookup.find(callable, resolver);
    switch (lookup.kind) {
      case 'found': {
        const bound = bindHandler(lookup.handler, reference, (handler) => this.#instanceOf(handler));
        this.#bound.set(reference, bound);
        return bound;
      }
      case 'pending':
        return this.#bindLater(reference, lookup.settled);
      case 'unknown':
        throw new HandlerNotFound(callable, this.callables(), lookup.failure);
      case 'no_resolver':
        throw resolverNotFound(callable, resolver ?? '', this.resolvers);
    }
  }

  /** A step of a plan that this process has just heard of: its first attempt waits for the resolver. */
  #bindLater(reference: HandlerReference, settled: Promise<void>): BoundHandler {
    let bound: BoundHandler | undefined;
    return {
      call: async (context) => {
        await settled;
        bound = this.bind(reference);
        return bound.call(context);
      },
      get resultSchema() {
        return bound?.resultSchema;
      },
    };
  }

  #instanceOf(handler: Exclude<Handler, HandlerCall>): HandlerInstance {
    if (!isHandlerClass(handler)) return handler;
    let instance = this.#instances.get(handler);
    if (instance === undefined) this.#instances.set(handler, (instance = new handler()));
    return instance;
  }

  #changed(callable: string): void {
    this.#lookup.forget(callable);
    this.#bound = new WeakMap();
  }
}

function explicitMapping(mapping: ReadonlyMap<string, Handler>): HandlerResolver {
  return {
    ...builtInResolvers.explicitMapping,
    canResolve: (callable) => mapping.has(callable),
    resolve: (callable) => mapping.get(callable),
  };
}

function resolverNotFound(callable: string, resolver: string, names: readonly string[]): PermanentError {
  return new PermanentError(
    `There is no resolver \`${resolver}\` to find handler \`${callable}\` with. There are: ${names.join(', ')}.`,
    { errorCode: attemptErrorCodes.resolverNotFound },
  );
}
