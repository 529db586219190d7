import { nameSchema, versionSchema } from '@tasker/contract/wire';
import { Type } from 'typebox';

/** A template that is asked for by name. */
export const templateProperties = { namespace: nameSchema, name: nameSchema };

export const wantedVersion = Type.Optional({ ...versionSchema, default: 'latest' });

export const wantedRevision = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 2_147_483_647,
    description: 'Of the content under this version; default: the newest.',
  }),
);
