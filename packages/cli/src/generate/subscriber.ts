import type { EventName } from '@tasker/contract';
import { camelCase, kebabCase, pascalCase } from './identifiers.ts';
import type { GeneratedFile } from './template-types.ts';

export interface SubscriberOptions {
  readonly events: readonly EventName[];
  /** Count and measure instead of telling. */
  readonly metrics: boolean;
}

/** Something that hears of what Tasker does, with its test. */
export function subscriberFiles(name: string, options: SubscriberOptions): GeneratedFile[] {
  const file = kebabCase(name);
  return [
    { path: `${file}.ts`, text: subscriberText(name, options), edited: true },
    { path: `${file}.test.ts`, text: testText(name, options), edited: true },
  ];
}

/** What is heard of unless the caller says. */
export const usualEvents = [
  'task.completed',
  'task.failed',
  'step.completed',
  'step.failed',
] as const satisfies readonly EventName[];

function subscriberText(name: string, { events, metrics }: SubscriberOptions): string {
  const type = pascalCase(name);
  return `import type { EventOf, Tasker } from '@tasker/engine';

${metrics ? metricsSink(type) : tellingSink(type)}
/**
 * Hears of what this process does, after it is committed. What is thrown here is logged and harms nobody.
 *
 * @returns how to stop
 */
export function ${camelCase(name)}(tasker: Pick<Tasker, 'on'>, sink: ${type}Sink): () => void {
  const stops = [
${events.map((event) => `    tasker.on('${event}', (event) => ${listenerOf(event)}(event, sink)),\n`).join('')}  ];
  return () => {
    for (const stop of stops) stop();
  };
}
${events.map((event) => (metrics ? metricsListener(event, type) : tellingListener(event, type))).join('')}`;
}

function listenerOf(event: EventName): string {
  return `on${pascalCase(event)}`;
}

function tellingSink(type: string): string {
  return `/** Where it goes: a log, a chat, a queue. */
export interface ${type}Sink {
  tell(line: string): void;
}
`;
}

function tellingListener(event: EventName, type: string): string {
  const subject = subjects[familyOf(event)] ?? '${event.step_name} of ${event.task_name} ${event.task_id}';
  return `
function ${listenerOf(event)}(event: EventOf<'${event}'>, sink: ${type}Sink): void {
  sink.tell(\`${event}: ${subject}\`);
}
`;
}

const familyOf = (event: EventName) => event.slice(0, event.indexOf('.'));

/** What tells of which task, template and so on an event is; of any other it is a step. */
const subjects: Readonly<Record<string, string>> = {
  task: '${event.task_name} ${event.task_id}',
  template: '${event.template_name}',
  handler: '${event.callable}',
  subscriber: '${event.subscriber}',
};

const labelsOf: Readonly<Record<string, string>> = {
  task: '{ namespace: event.namespace, task: event.task_name }',
  template: '{ namespace: event.namespace, template: event.template_name }',
  handler: '{ handler: event.callable }',
  subscriber: '{ subscriber: event.subscriber }',
};

function metricsSink(type: string): string {
  return `type Labels = Readonly<Record<string, string>>;

/** Counters and histograms of whatever collects your metrics. */
export interface ${type}Sink {
  count(name: string, labels: Labels): void;
  observe(name: string, seconds: number, labels: Labels): void;
}
`;
}

function metricsListener(event: EventName, type: string): string {
  const labels =
    labelsOf[familyOf(event)] ?? '{ namespace: event.namespace, task: event.task_name, step: event.step_name }';
  const isAttempt = event === 'step.completed' || event === 'step.failed';
  const measured = isAttempt
    ? "\n  if (event.execution_duration !== undefined) sink.observe('tasker.execution.duration', event.execution_duration, labels);"
    : '';
  return `
function ${listenerOf(event)}(event: EventOf<'${event}'>, sink: ${type}Sink): void {
  const labels = ${labels};
  sink.count('${metricOf(event)}', labels);${measured}
}
`;
}

function metricOf(event: EventName): string {
  return metrics.get(event) ?? `tasker.${event}`;
}

const metrics: ReadonlyMap<EventName, string> = new Map<EventName, string>([
  ['task.completed', 'tasker.completed'],
  ['task.failed', 'tasker.final_failures'],
  ['step.failed', 'tasker.errors'],
  ['step.retry_requested', 'tasker.retries'],
]);

function testText(name: string, { events, metrics }: SubscriberOptions): string {
  const expected = events.filter((event) => happens.has(event));
  const sink = metrics
    ? '{ count: (metric) => void heard.push(metric), observe: () => {} }'
    : "{ tell: (line) => void heard.push(line.split(':', 1)[0] ?? '') }";
  return `import { defineTask, PermanentError } from '@tasker/engine';
import { createTestTasker } from '@tasker/engine/testing';
import { expect, it } from 'vitest';
import { ${camelCase(name)} } from './${kebabCase(name)}.ts';

const fine = defineTask({ name: 'fine' }).step('work', { run: () => ({}) });
const faulty = defineTask({ name: 'faulty' }).step('work', {
  run: () => {
    throw new PermanentError('no');
  },
});

it('hears of what happens, until it is stopped', async () => {
  const heard: string[] = [];
  const tasker = await createTestTasker({ tasks: [fine, faulty] });
  const stop = ${camelCase(name)}(tasker, ${sink});
  await tasker.runToEnd(await tasker.submit(fine, {}));
  await tasker.runToEnd(await tasker.submit(faulty, {}));
  expect(heard).toEqual(expect.arrayContaining([${expected.map((event) => `'${metrics ? metricOf(event) : event}'`).join(', ')}]));

  stop();
  const before = heard.length;
  await tasker.runToEnd(await tasker.submit(fine, {}));
  expect(heard).toHaveLength(before);
  await tasker.stop();
}, 60_000);
`;
}

/** In the test: one task completes and another fails. */
const happens: ReadonlySet<EventName> = new Set<EventName>([
  'task.initialize_requested',
  'task.completed',
  'task.failed',
  'step.completed',
  'step.failed',
]);
