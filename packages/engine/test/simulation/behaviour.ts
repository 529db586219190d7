import { dice } from './dice.ts';

/** What a handler does when it is called. */
export interface Behaviour {
  readonly kind: 'return' | 'fail' | 'fail_for_good' | 'hang';
  /** How long it takes; undefined: it answers at once, without waiting for anything. */
  readonly takesMs: number | undefined;
  readonly heedsAbort: boolean;
  /** Does its work in the transaction that completes the step. */
  readonly inTransaction: boolean;
}

/**
 * Depends on the attempt and on nothing that happens: however the schedule goes, a step that fails twice fails twice.
 */
export function behaviourOf(seed: number, template: string, step: string, attempt: number): Behaviour {
  const mood = dice(seed, 'mood', template);
  const trouble = mood.one([0, 0.1, 0.4]);
  const slowness = mood.one([5, 100, 400, 1_500]);
  const own = dice(seed, 'behaviour', template, step, attempt);
  const kind = own.chance(trouble) ? own.one(['fail', 'fail', 'fail', 'fail_for_good', 'hang'] as const) : 'return';
  return {
    kind,
    takesMs: own.chance(0.2) ? undefined : own.roll() * slowness,
    heedsAbort: own.chance(0.5),
    inTransaction: kind === 'return' && own.chance(0.2),
  };
}
