/**
 * The right to abort one attempt, kept by the worker; the handler sees only the signal. Most handlers never look at
 * it, and most attempts are never aborted, so the controller behind it is made when somebody does.
 */
export class LazyAbort {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  /** The first reason stands. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }

  get aborted(): boolean {
    return this.#aborted !== undefined;
  }
}
