import type { TemplateDocument } from '@tasker/contract';
import type { TaskerOptions } from '../../src/engine/tasker-options.ts';
import type { FaultRates } from '../../src/testing/faults.ts';
import { type Dice, dice } from './dice.ts';
import { callables, randomTemplate } from './random-template.ts';

/** Everything that happens from outside in one simulation. Times are milliseconds from its beginning. */
export interface Scenario {
  readonly seed: number;
  readonly templates: readonly TemplateDocument[];
  readonly processes: readonly ProcessPlan[];
  readonly submissions: readonly Submission[];
  readonly commands: readonly Command[];
  readonly replacements: readonly Replacement[];
  readonly accidents: readonly Accident[];
  readonly faults: FaultRates;
  /** After this nothing comes from outside any more, and nothing goes wrong. */
  readonly quietFromMs: number;
}

export interface ProcessPlan {
  readonly name: string;
  readonly worker: Exclude<TaskerOptions['worker'], undefined>;
  readonly callables: readonly string[];
  /** Registers the templates at its start; otherwise it has to load what it meets. */
  readonly knowsTemplates: boolean;
  readonly clockFastByMs: number;
  /** Begins again so long after it has crashed or stopped. */
  readonly restartMs: number;
}

export interface Submission {
  readonly atMs: number;
  readonly process: number;
  readonly template: number;
  readonly priority: number;
  readonly idempotencyKey: string | undefined;
  readonly bypassSteps: readonly string[];
}

export interface Command {
  readonly atMs: number;
  readonly process: number;
  /** Of the tasks that are open then, that have failed by then, or of all of them; modulo. */
  readonly task: number;
  readonly among: 'open' | 'failed' | 'all';
  /** Of the steps that have failed attempts, if there are any and `onTrouble`, else of all; modulo. */
  readonly step: number;
  readonly onTrouble: boolean;
  readonly kind: (typeof commandKinds)[number];
}

/** A template gets new content under its old version. */
export interface Replacement {
  readonly atMs: number;
  readonly process: number;
  readonly document: TemplateDocument;
}

export interface Accident {
  readonly atMs: number;
  readonly process: number;
  readonly kind: 'crash' | 'pause' | 'stop' | 'abort';
  /** Of a pause. */
  readonly forMs: number;
}

/** What mends more often than what ends. */
const commandKinds = [
  'cancelTask',
  'retryTask',
  'retryTask',
  'resolveTask',
  'retryStep',
  'retryStep',
  'resolveStep',
  'resolveStep',
  'skipStep',
  'cancelStep',
  'editStep',
] as const;

const activeMs = 8_000;

export function createScenario(seed: number): Scenario {
  const about = dice(seed, 'scenario');
  const templates = Array.from({ length: about.whole(1, 3) }, (_, i) =>
    randomTemplate(`graph_${i}`, dice(seed, 'template', i)),
  );
  const processes = Array.from({ length: about.whole(2, 4) }, (_, i) => randomProcess(i, dice(seed, 'process', i)));
  const submissions = list(about.whole(1, 8), (i) =>
    randomSubmission(templates, processes, dice(seed, 'submission', i)),
  );
  const calm = about.chance(0.2);
  const bossy = about.chance(0.6);
  return {
    seed,
    templates,
    processes,
    submissions,
    commands: bossy
      ? list(submissions.length * about.whole(1, 6), (i) =>
          randomCommand(submissions, processes, dice(seed, 'command', i)),
        )
      : [],
    replacements: about.chance(0.3)
      ? list(about.whole(1, 2), (i) => randomReplacement(templates, processes, dice(seed, 'replacement', i)))
      : [],
    accidents: calm ? [] : list(about.whole(0, 8), (i) => randomAccident(processes, dice(seed, 'accident', i))),
    faults: calm ? { latencyMs: about.whole(0, 20) } : randomRates(about),
    quietFromMs: activeMs,
  };
}

function list<T extends { readonly atMs: number }>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, i) => make(i)).toSorted((one, other) => one.atMs - other.atMs);
}

/** The first one serves everything, so that nothing waits for a handler that nobody has. */
function randomProcess(index: number, dice: Dice): ProcessPlan {
  const works = index === 0 || dice.chance(0.8);
  return {
    name: `process_${index}`,
    worker: works
      ? {
          concurrency: dice.whole(1, 8),
          leaseMs: dice.one([1_000, 3_000, 5_000]),
          pollMs: dice.one([500, 2_000]),
          shutdownMs: dice.one([0, 300, 5_000]),
          cacheBytes: dice.one([1, 2_000, 1_000_000]),
        }
      : false,
    callables: index === 0 || dice.chance(0.5) ? callables : dice.some(callables, 0.6),
    knowsTemplates: index === 0 || dice.chance(0.5),
    clockFastByMs: dice.chance(0.3) ? dice.whole(-5_000, 5_000) : 0,
    restartMs: dice.whole(0, 3_000),
  };
}

function randomSubmission(
  templates: readonly TemplateDocument[],
  processes: readonly ProcessPlan[],
  dice: Dice,
): Submission {
  const template = dice.whole(0, templates.length - 1);
  const skippable = templates[template]?.steps.filter((step) => step.skippable) ?? [];
  return {
    atMs: dice.whole(0, activeMs / 2),
    process: dice.whole(0, processes.length - 1),
    template,
    priority: dice.whole(-2, 2),
    idempotencyKey: dice.chance(0.3) ? dice.one(['one', 'two']) : undefined,
    bypassSteps: dice.chance(0.4) ? dice.some(skippable, 0.5).map((step) => step.name) : [],
  };
}

/** Mostly soon after a submission, when there is something to command. */
function randomCommand(submissions: readonly Submission[], processes: readonly ProcessPlan[], dice: Dice): Command {
  const soon = dice.one(submissions).atMs + dice.whole(0, 1_500);
  const kind = dice.one(commandKinds);
  const isForFailed = kind === 'retryTask' || kind === 'resolveTask' || (kind === 'retryStep' && dice.chance(0.8));
  return {
    atMs: dice.chance(0.8) && !isForFailed ? soon : dice.whole(activeMs / 8, activeMs),
    process: dice.whole(0, processes.length - 1),
    task: dice.whole(0, 100),
    among: isForFailed ? 'failed' : dice.one(['open', 'open', 'failed', 'all'] as const),
    step: dice.whole(0, 100),
    onTrouble: dice.chance(0.6),
    kind,
  };
}

function randomReplacement(
  templates: readonly TemplateDocument[],
  processes: readonly ProcessPlan[],
  dice: Dice,
): Replacement {
  return {
    atMs: dice.whole(0, activeMs / 2),
    process: dice.whole(0, processes.length - 1),
    document: randomTemplate(dice.one(templates).name, dice),
  };
}

function randomAccident(processes: readonly ProcessPlan[], dice: Dice): Accident {
  return {
    atMs: dice.whole(0, activeMs),
    process: dice.whole(0, processes.length - 1),
    kind: dice.one(['crash', 'crash', 'pause', 'pause', 'stop', 'abort'] as const),
    forMs: dice.whole(10, 6_000),
  };
}

function randomRates(dice: Dice): FaultRates {
  const rate = (most: number) => (dice.chance(0.5) ? dice.roll() * most : 0);
  return {
    rates: {
      refused: rate(0.05),
      lost: rate(0.05),
      late: rate(0.03),
      twice: rate(0.03),
      crash_before: rate(0.01),
      crash_after: rate(0.01),
    },
    slow: rate(0.05),
    latencyMs: dice.whole(0, 20),
    slowMs: dice.one([500, 6_000]),
  };
}
