/**
 * What of a header `traceparent` can be kept and handed on: its form of version 00. Undefined when it is none: those are
 * to be ignored, as the W3C says, and not refused.
 */
export function readTraceparent(text: string): string | undefined {
  const [, version, trace = '', parent = '', flags = '', more = ''] = form.exec(text) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== '')) return undefined;
  return zeros.test(trace) || zeros.test(parent) ? undefined : `00-${trace}-${parent}-${flags}`;
}

/** What later versions have behind that of 00 is not known here. */
const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const zeros = /^0+$/;

/**
 * The `traceparent` of what a step asks for: the step as the parent, in the trace of its task, else in one that has the id
 * of the task. The same in every attempt, and known without asking anybody.
 *
 * @param taskTraceparent what came with the request for the task
 */
export function traceparentOf(taskTraceparent: string | null, taskId: string, stepId: string): string {
  const [, trace, , flags] = taskTraceparent?.split('-') ?? [];
  return `00-${trace ?? digitsOf(taskId)}-${digitsOf(stepId).slice(-16)}-${flags ?? '01'}`;
}

const digitsOf = (uuid: string) => uuid.replaceAll('-', '').toLowerCase();
