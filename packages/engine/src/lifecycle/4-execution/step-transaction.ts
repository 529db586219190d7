/**
 * A transaction of the engine's database in which a step does its work: what is written here and the completion of the
 * step become true together, or not at all.
 */
export interface StepTransaction {
  query<Row extends object>(text: string, values?: readonly TransactionValue[]): Promise<Row[]>;
}

/** JSON is passed as text. */
export type TransactionValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | readonly TransactionValue[];

/** Opens the transaction, and records the step in it when `work` resolves. Rejects when nothing was committed. */
export type Transact = (work: (tx: StepTransaction) => Promise<RecordedResult>) => Promise<void>;

/** What the step is recorded with. */
export interface RecordedResult {
  readonly resultText: string;
  readonly metadataText?: string;
  readonly annotations?: Annotations;
}

/** JSON texts by name. */
export type Annotations = ReadonlyMap<string, string>;
