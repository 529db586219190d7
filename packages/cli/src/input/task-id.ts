import { InvalidArgumentError } from '@commander-js/extra-typings';

/** The id of a task, as it is printed when it is submitted. */
export function parseTaskId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('An id looks like 01a1f779-346e-76a1-9ee7-0b5664f00000; `tasker task list` has them.');
}
