/**
 * What a request to change a state came to. Asking for the state that is already there is a peaceful
 * no-op, and a refused change is an answer, never an exception: two operators may press the same button.
 */
export type TransitionOutcome = 'transitioned' | 'already_target' | 'invalid_from_state';

/**
 * Decides one change of state by a table of allowed changes. `onlyFrom` narrows the table for callers
 * that know where they come from (a reaper moves `in_progress` to `pending`, and nothing else).
 */
export function decideTransition<State extends string>(
  table: Readonly<Record<State, readonly State[]>>,
  from: State,
  to: State,
  onlyFrom?: readonly State[],
): TransitionOutcome {
  if (from === to) return 'already_target';
  if (onlyFrom !== undefined && !onlyFrom.includes(from)) return 'invalid_from_state';
  return table[from].includes(to) ? 'transitioned' : 'invalid_from_state';
}
