import { InvalidOptions } from '../../errors.ts';
import type { HandlerResolver } from './handler-resolver.ts';

/** The resolvers of a process, in the order in which they are asked. */
export class ResolverChain {
  #resolvers: readonly HandlerResolver[] = [];

  /** @throws {InvalidOptions} when a name is taken, or a resolver is not one */
  constructor(resolvers: readonly HandlerResolver[]) {
    for (const resolver of resolvers) this.add(resolver);
  }

  /**
   * Resolvers of the same priority are asked in the order in which they were added.
   *
   * @throws {InvalidOptions}
   */
  add(resolver: HandlerResolver): void {
    const problems = problemsOf(resolver, this.#resolvers);
    if (problems.length > 0) throw new InvalidOptions(problems);
    this.#resolvers = [...this.#resolvers, resolver].toSorted((one, other) => one.priority - other.priority);
  }

  get names(): string[] {
    return this.#resolvers.map(({ name }) => name);
  }

  /**
   * Whom to ask for a callable: all whose business it is or, with a hint, the one that is named. Undefined: there is no
   * resolver of that name.
   */
  askedFor(callable: string, hint?: string): readonly HandlerResolver[] | undefined {
    if (hint === undefined) return this.#resolvers.filter((resolver) => resolver.canResolve(callable));
    const named = this.#resolvers.find(({ name }) => name === hint);
    return named === undefined ? undefined : [named];
  }
}

function problemsOf(resolver: HandlerResolver, known: readonly HandlerResolver[]): string[] {
  const { name, priority } = resolver;
  if (typeof name !== 'string' || name === '') return ['A resolver needs a `name` that templates can refer to.'];
  return [
    ...(known.some((each) => each.name === name)
      ? [`There are two resolvers named \`${name}\`. Give one of them another name.`]
      : []),
    ...(Number.isFinite(priority)
      ? []
      : [`The priority of resolver \`${name}\` must be a number (lower is asked first), not ${String(priority)}.`]),
    ...(['canResolve', 'resolve'] as const).flatMap((method) =>
      typeof resolver[method] === 'function' ? [] : [`Resolver \`${name}\` has no method \`${method}\`.`],
    ),
  ];
}
