import { UsageError } from '../exit.ts';

/** What an example is to do wrong: `STEP`, `STEP:ERROR` or `STEP:ERROR:TIMES`. */
export interface SimulatedFailure {
  readonly step: string;
  readonly error: string;
  readonly times: number;
}

/**
 * @param where by default a step fails once, and can be tried again
 * @throws {UsageError}
 */
export function readSimulatedFailure(where: string, steps: readonly string[]): SimulatedFailure {
  const [step = '', error = 'timeout', times = '1', ...rest] = where.split(':');
  if (rest.length > 0 || error === '') {
    throw new UsageError(`--fail ${where} cannot be read. It is STEP, STEP:ERROR or STEP:ERROR:TIMES.`);
  }
  if (!steps.includes(step)) {
    throw new UsageError(`--fail names the step ${step}, which there is not. There are: ${steps.join(', ')}.`);
  }
  if (!/^[1-9]\d{0,3}$/.test(times)) {
    throw new UsageError(`--fail ${where}: TIMES must be a whole number from 1 to 9999.`);
  }
  return { step, error, times: Number(times) };
}
