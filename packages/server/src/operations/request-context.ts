/** Who asks, and by which request. */
export interface RequestContext {
  /** Of the request; a task that is submitted without one of its own gets it, if the caller gave it. */
  readonly correlationId: string;
  /** The trace that the request belongs to, in the form of the W3C; a task that it submits has it, too. */
  readonly traceparent?: string | undefined;
  /** Whoever was authenticated; null: nobody was. */
  readonly principal: Principal | null;
}

export interface Principal {
  /** What history calls them. */
  readonly name: string;
}
