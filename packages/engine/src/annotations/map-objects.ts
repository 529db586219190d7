import { InvalidRequest } from '../errors.ts';
import { storableText } from '../json/serialise.ts';
import type { Queryable } from '../postgres/database.ts';
import { insertMapping } from './insert-mapping.sql.ts';

/** An object of an outside system, by the id that it has there. */
export interface SystemObject {
  /** Up to 64 characters. */
  readonly system: string;
  /** Up to 128 characters. */
  readonly id: string;
}

/**
 * Says that two objects stand for the same thing; in whichever order and however often it is said, it is known once.
 *
 * @returns whether it is news
 * @throws {InvalidRequest}
 */
export async function mapObjects(db: Queryable, one: SystemObject, other: SystemObject): Promise<boolean> {
  checkObject(one);
  checkObject(other);
  if (one.system === other.system && one.id === other.id) {
    throw new InvalidRequest('id', 'must not be that of the same object on both sides');
  }
  return insertMapping(db, [one.system, one.id], [other.system, other.id]);
}

function checkObject({ system, id }: SystemObject): void {
  checkText('system', system, 64);
  checkText('id', id, 128);
}

function checkText(field: string, text: string, longest: number): void {
  if (text.length >= 1 && text.length <= longest && storableText(text) === text) return;
  throw new InvalidRequest(field, `must have 1 to ${longest} characters that PostgreSQL can store`);
}
