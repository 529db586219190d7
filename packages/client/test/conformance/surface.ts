import type { ErrorCode } from '@tasker/contract';
import type { InputOf, OperationName } from '../../src/index.ts';

/** What came of asking, whichever way it was asked. */
export type Answer =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

/**
 * One way of asking Tasker: REST, GraphQL, the client, the command line. All are held to the same cases
 * (conformance.ts); a new one is one more file like rest-surface.ts, and one more like rest.db.test.ts.
 */
export interface Surface {
  /** Whether requests go through the door of the server, which refuses what is too large. */
  readonly hasDoor: boolean;
  /** Carries out an operation. The value has the form that HTTP gives it, as far as the surface shows it. */
  ask<Name extends OperationName>(operation: Name, input: InputOf<Name>): Promise<Answer>;
}

/** Operations that a surface has by design not, each with the reason. Everything else is tested. */
export type LeftOut = Readonly<Partial<Record<OperationName, string>>>;

/** Where a surface finds what it speaks for. */
export interface Place {
  /** Of the server. */
  readonly url: string;
  /** Of the database behind it. */
  readonly database: string;
}
