import { isVersion, type TemplatePosition } from '@tasker/engine';
import { InvalidInput } from '../errors.ts';

/** Where a page of templates ended, as `cursor` says it: no name and no version has a space. */
export function templateCursor({ namespace, name, version }: TemplatePosition): string {
  return Buffer.from(`${namespace} ${name} ${version}`).toString('base64url');
}

/** @throws {InvalidInput} */
export function readTemplateCursor(cursor: string): TemplatePosition {
  const [namespace = '', name = '', version = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const isWhole = namespace !== '' && name !== '' && isVersion(version) && rest.length === 0;
  if (isWhole && !/[\0\ufffd]/.test(namespace + name)) return { namespace, name, version };
  throw new InvalidInput([{ path: 'cursor', message: 'is no cursor of this list; take `next_cursor` of a page' }]);
}
