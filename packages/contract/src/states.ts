/** The states of a task, in the order of a life without trouble. */
export const taskStates = ['pending', 'in_progress', 'complete', 'error', 'cancelled', 'resolved_manually'] as const;
export type TaskState = (typeof taskStates)[number];

/** The states of a step: those of a task, a durable wait, and a step that is passed over. */
export const stepStates = [...taskStates, 'waiting', 'skipped'] as const;
export type StepState = (typeof stepStates)[number];

/** States of a parent that let its children start. */
export const settledStepStates = ['complete', 'resolved_manually', 'skipped'] as const satisfies readonly StepState[];
export type SettledStepState = (typeof settledStepStates)[number];

/** States that only a recorded operator action can leave. */
export const terminalTaskStates = [
  'complete',
  'error',
  'cancelled',
  'resolved_manually',
] as const satisfies readonly TaskState[];
export type TerminalTaskState = (typeof terminalTaskStates)[number];

export function isSettled(state: StepState): state is SettledStepState {
  return (settledStepStates as readonly StepState[]).includes(state);
}

export function isTerminal(state: TaskState): state is TerminalTaskState {
  return (terminalTaskStates as readonly TaskState[]).includes(state);
}
