import type { TemplateDocument } from '@tasker/contract';
import { normaliseTemplate } from '../../src/lifecycle/1-template/template-document.ts';
import type { StepSource } from '../../src/lifecycle/1-template/template-source.ts';
import type { Dice } from './dice.ts';

/** Handlers that steps refer to; a process has all of them or some. */
export const callables = ['alpha', 'beta', 'gamma'] as const;

/** A graph of up to 30 steps: of a shape with a name, or of no shape at all. */
export function randomTemplate(name: string, dice: Dice): TemplateDocument {
  const parents = dice.one(shapes)(dice);
  return normaliseTemplate({
    name,
    namespace_name: 'default',
    identity_strategy: 'always_unique',
    steps: parents.map((own, index) => randomStep(index, own, dice)),
  });
}

/** By step: the steps before it that it depends on. */
type Shape = (dice: Dice) => number[][];

const chain: Shape = (dice) => Array.from({ length: dice.whole(1, 8) }, (_, i) => (i === 0 ? [] : [i - 1]));

const diamond: Shape = () => [[], [0], [0], [1, 2]];

const fan: Shape = (dice) => {
  const width = dice.whole(2, 12);
  const middle = Array.from({ length: width }, () => [0]);
  const join = middle.map((_, i) => i + 1);
  return dice.chance(0.7) ? [[], ...middle, join] : [[], ...middle];
};

const islands: Shape = (dice) => Array.from({ length: dice.whole(2, 5) }, () => []);

const anything: Shape = (dice) => {
  const density = dice.roll() * 0.5;
  return Array.from({ length: dice.whole(3, 30) }, (_, i) => {
    const near = Array.from({ length: i }, (_, parent) => parent).filter((parent) => i - parent < 8);
    return dice.some(near, density);
  });
};

const shapes: readonly Shape[] = [chain, chain, diamond, fan, islands, anything, anything, anything];

function randomStep(index: number, parents: readonly number[], dice: Dice): StepSource {
  const backoff = dice.one(['none', 'linear', 'exponential', 'fibonacci', 'table'] as const);
  return {
    name: stepName(index),
    handler: { callable: dice.one(callables) },
    dependencies: parents.map(stepName),
    retry: {
      retryable: dice.chance(0.95),
      max_attempts: dice.whole(1, 4),
      backoff,
      backoff_base_ms: dice.whole(10, 500),
      max_backoff_ms: 2_000,
      jitter: dice.one([0, 0.1, 1]),
      ...(backoff === 'table' ? { backoff_table_ms: [dice.whole(0, 300), dice.whole(0, 1_000)] } : {}),
    },
    timeout_seconds: dice.one([0.2, 1, 3]),
    skippable: dice.chance(0.3),
  };
}

function stepName(index: number): string {
  return `step_${index}`;
}
