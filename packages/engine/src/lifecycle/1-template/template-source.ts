import type {
  BatchDocument,
  CustomEventDocument,
  DomainEventDocument,
  HandlerDocument,
  IdentityStrategy,
  JsonObject,
  LifecycleDocument,
  PublishedEventDocument,
  RetryDocument,
  StepLifecycleDocument,
  StepType,
} from '@tasker/contract';

/** A template as authors write it: what has a default may be absent or null. */
export interface TemplateSource {
  readonly name: string;
  readonly namespace_name?: string | null;
  readonly version?: string | null;
  readonly description?: string | null;
  readonly metadata?: JsonObject | null;
  readonly system_dependencies?: SystemsSource | null;
  readonly domain_events?: readonly Sparse<DomainEventDocument, 'name'>[] | null;
  readonly identity_strategy?: IdentityStrategy | null;
  readonly input_schema?: JsonObject | null;
  readonly steps: readonly StepSource[];
  readonly lifecycle?: Sparse<LifecycleDocument> | null;
  readonly data_classification?: JsonObject | null;
  readonly pii_subject?: string | null;
}

/** What has a default, or may be missing, may be absent or null. */
export type Sparse<Document, Required extends keyof Document = never> = Pick<Document, Required> & {
  readonly [Key in Exclude<keyof Document, Required>]?: Document[Key] | null;
};

export interface SystemsSource {
  /** The system of every step that names none. */
  readonly primary?: string | null;
  readonly secondary?: readonly string[] | null;
}

export interface StepSource {
  readonly name: string;
  readonly description?: string | null;
  readonly type?: StepType | null;
  readonly handler: HandlerSource;
  readonly dependencies?: readonly string[] | null;
  readonly retry?: RetrySource | null;
  readonly timeout_seconds?: number | null;
  readonly skippable?: boolean | null;
  readonly system_dependency?: string | null;
  readonly result_schema?: JsonObject | null;
  readonly batch_config?: Sparse<BatchDocument> | null;
  /** A name alone stands for an event with that name. */
  readonly publishes_events?: readonly (PublishedEventSource | string)[] | null;
  readonly custom_events?: readonly Sparse<CustomEventDocument, 'name'>[] | null;
  readonly lifecycle?: Sparse<StepLifecycleDocument> | null;
  readonly composition?: JsonObject | null;
  readonly pii_access?: readonly string[] | null;
  readonly purpose?: string | null;
}

/** What is left of a template in which keys are missing: what is there has the right shape. */
export interface TemplateSketch extends Partial<Omit<TemplateSource, 'steps'>> {
  readonly steps?: readonly StepSketch[];
}

export interface StepSketch extends Partial<Omit<StepSource, 'handler' | 'publishes_events' | 'custom_events'>> {
  readonly publishes_events?: readonly (Sparse<PublishedEventDocument> | string)[] | null;
  readonly custom_events?: readonly Sparse<CustomEventDocument>[] | null;
}

export type HandlerSource = Sparse<HandlerDocument, 'callable'>;
export type RetrySource = Sparse<RetryDocument>;
export type PublishedEventSource = Sparse<PublishedEventDocument, 'name'>;
