export type { Json, JsonObject } from './json.ts';
export {
  isSettled,
  isTerminal,
  type SettledStepState,
  type StepState,
  settledStepStates,
  stepStates,
  type TaskState,
  type TerminalTaskState,
  taskStates,
  terminalTaskStates,
} from './states.ts';
