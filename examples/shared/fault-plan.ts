import { type ServiceClock, takeTime } from './pause.ts';

/** The methods of an example's ports: what each is asked and what it answers. */
export type PortMethods = { readonly [Method in string]: { readonly request: unknown; readonly response: unknown } };

/** What is to go wrong in the simulated services of an example, and a record of every call to them. */
export class FaultPlan<Methods extends PortMethods> {
  readonly #clock: ServiceClock;
  #faults: { [Method in keyof Methods]?: Faults<Methods[Method]['response']> } = {};
  #calls: { [Method in keyof Methods]?: Methods[Method]['request'][] } = {};

  constructor(clock: ServiceClock) {
    this.#clock = clock;
  }

  /** Answers every call of the method with this, without asking the service. */
  stubResponse<Method extends keyof Methods>(method: Method, response: Methods[Method]['response']): this {
    this.#faults[method] = { ...this.#faults[method], response: { value: response } };
    return this;
  }

  /** Fails the next `times` calls of the method; without a number, all of them. */
  stubFailure(
    method: keyof Methods,
    ErrorClass: new (message: string) => Error,
    message: string,
    times = Number.POSITIVE_INFINITY,
  ): this {
    this.#faults[method] = { ...this.#faults[method], failure: { make: () => new ErrorClass(message), left: times } };
    return this;
  }

  /** Makes every call of the method take so much longer. */
  stubDelay(method: keyof Methods, delayMs: number): this {
    this.#faults[method] = { ...this.#faults[method], delayMs };
    return this;
  }

  /** What the method was asked, in order, calls that failed included. */
  calls<Method extends keyof Methods>(method: Method): readonly Methods[Method]['request'][] {
    return this.#calls[method] ?? [];
  }

  callCount(method: keyof Methods): number {
    return this.calls(method).length;
  }

  lastCall<Method extends keyof Methods>(method: Method): Methods[Method]['request'] | undefined {
    return this.calls(method).at(-1);
  }

  /** Forgets all faults and calls. */
  reset(): void {
    this.#faults = {};
    this.#calls = {};
  }

  /** For the simulated services: does the work of a method, unless the plan has something else in store. */
  async perform<Method extends keyof Methods>(
    method: Method,
    request: Methods[Method]['request'],
    work: () => Methods[Method]['response'],
    signal?: AbortSignal,
  ): Promise<Methods[Method]['response']> {
    const calls = this.#calls[method] ?? [];
    calls.push(request);
    this.#calls[method] = calls;
    const { delayMs = 0, failure, response } = this.#faults[method] ?? {};
    if (delayMs > 0) await takeTime(this.#clock, delayMs, signal);
    if (failure !== undefined && failure.left > 0) {
      failure.left -= 1;
      throw failure.make();
    }
    return response === undefined ? work() : response.value;
  }
}

interface Faults<Response> {
  readonly response?: { readonly value: Response };
  readonly failure?: { readonly make: () => Error; left: number };
  readonly delayMs?: number;
}
