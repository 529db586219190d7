/**
 * Ids of steps are made from the id of their task, so that a step needs no id column and `stepId → task` no look-up:
 * a task id is a version 7 UUID whose last 20 bits are zero; the id of its step is the same UUID as version 8 with
 * the step's position in those bits.
 */
const positionDigits = 5;

export function stepIdOf(taskId: string, position: number): string {
  return `${stepIdPrefix(taskId)}${position.toString(16).padStart(positionDigits, '0')}`;
}

/** What the ids of all steps of a task begin with: the rest is the position. */
export function stepIdPrefix(taskId: string): string {
  return `${taskId.slice(0, 14)}8${taskId.slice(15, -positionDigits)}`;
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The step an id names, or undefined when it is not the id of a step. */
export function parseStepId(id: string): { taskId: string; position: number } | undefined {
  const step = /^([0-9a-f]{8}-[0-9a-f]{4}-)8([0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{7})([0-9a-f]{5})$/i.exec(id);
  if (!step) return undefined;
  return { taskId: `${step[1]}7${step[2]}00000`.toLowerCase(), position: Number.parseInt(`${step[3]}`, 16) };
}
