import { eventNames } from '@tasker/contract';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { stepHandlerFiles } from '../generate/step-handler.ts';
import { subscriberFiles, usualEvents } from '../generate/subscriber.ts';
import { taskHandlerFiles } from '../generate/task-handler.ts';
import type { GeneratedFile } from '../generate/template-types.ts';
import { type WriteOptions, writeFiles } from '../generate/write-files.ts';

interface Placed extends WriteOptions {
  readonly directory: string;
}

export interface GenerateTaskHandlerOptions extends Placed {
  readonly namespace: string;
  readonly taskVersion: string;
  readonly description?: string | undefined;
  readonly steps: readonly string[];
}

export function generateTaskHandler(cli: Cli, name: string, options: GenerateTaskHandlerOptions): ExitCode {
  refuseBadNames([name, options.namespace, ...options.steps]);
  const { namespace, taskVersion: version, description = `Say here what ${name} does.` } = options;
  return write(cli, options, taskHandlerFiles(name, { namespace, version, description, steps: listed(options.steps) }));
}

export interface GenerateStepHandlerOptions extends Placed {
  readonly namespace: string;
  readonly inputs: readonly string[];
  readonly depends: readonly string[];
}

export function generateStepHandler(cli: Cli, name: string, options: GenerateStepHandlerOptions): ExitCode {
  const { namespace } = options;
  const [inputs, depends] = [listed(options.inputs), listed(options.depends)];
  refuseBadNames([name, namespace, ...inputs, ...depends]);
  return write(cli, options, stepHandlerFiles(name, { namespace, inputs, depends }));
}

export interface GenerateSubscriberOptions extends Placed {
  readonly events: readonly string[];
  readonly metrics?: boolean | undefined;
}

export function generateSubscriber(cli: Cli, name: string, options: GenerateSubscriberOptions): ExitCode {
  refuseBadNames([name]);
  const wanted = options.events.length === 0 ? usualEvents : listed(options.events);
  const events = wanted.map((event) => {
    const known = eventNames.find((each) => each === event);
    if (known === undefined) throw new UsageError(`There is no event ${event}. There are: ${eventNames.join(', ')}.`);
    return known;
  });
  return write(cli, options, subscriberFiles(name, { events, metrics: options.metrics ?? false }));
}

/** Several in a word, too: `--steps a,b c`. */
function listed(words: readonly string[]): string[] {
  return [...new Set(words.flatMap((word) => word.split(',')).filter((word) => word !== ''))];
}

function refuseBadNames(names: readonly string[]): void {
  const bad = names.flatMap((name) => name.split(',')).find((name) => !/^[A-Za-z][A-Za-z0-9_-]*$/.test(name));
  if (bad === undefined) return;
  throw new UsageError(
    `A name begins with a letter and holds letters, digits, _ and -, unlike ${JSON.stringify(bad)}.`,
  );
}

function write({ terminal }: Cli, { directory, ...options }: Placed, generated: readonly GeneratedFile[]): ExitCode {
  const files = writeFiles(directory, generated, options);
  terminal.printJson({ dry_run: options.dryRun === true, files });
  for (const { path, outcome } of files) terminal.print(`${outcome.padEnd(10)} ${path}`);
  if (options.dryRun === true) terminal.note('Nothing was written: this was a dry run.');
  if (files.every(({ outcome }) => outcome !== 'kept')) return exitCodes.done;
  terminal.note('Files that are there already are kept. --force overwrites them.');
  return exitCodes.failed;
}
