import { PermanentError } from '@tasker/engine';
import { fieldsOf, textIn } from '../../shared/json-fields.ts';

/** Both ends belong to it. */
export interface DateRange {
  readonly start_date: string;
  readonly end_date: string;
}

/** Permanent: MISSING_DATE_RANGE, MISSING_START_DATE, MISSING_END_DATE, INVALID_DATE_FORMAT, INVALID_DATE_RANGE. */
export function readDateRange(value: unknown): DateRange {
  const fields = fieldsOf(value);
  if (fields === undefined) {
    throw new PermanentError('The task needs a `date_range`.', { errorCode: 'MISSING_DATE_RANGE' });
  }
  const start_date = readDay(textIn(fields, 'start_date'), 'start_date', 'MISSING_START_DATE');
  const end_date = readDay(textIn(fields, 'end_date'), 'end_date', 'MISSING_END_DATE');
  if (start_date > end_date) {
    throw new PermanentError('`date_range.start_date` must not be after `date_range.end_date`.', {
      errorCode: 'INVALID_DATE_RANGE',
      context: { start_date, end_date },
    });
  }
  return { start_date, end_date };
}

function readDay(day: string | undefined, field: string, missingCode: string): string {
  if (day === undefined) throw new PermanentError(`\`date_range.${field}\` is missing.`, { errorCode: missingCode });
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // The 31st of February is read as a day of March.
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(day)) return day;
  throw new PermanentError(`\`date_range.${field}\` must be a day such as 2024-01-31.`, {
    errorCode: 'INVALID_DATE_FORMAT',
  });
}
