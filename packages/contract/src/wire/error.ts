import { type Static, Type } from 'typebox';
import { type ErrorCode, errorCatalogue } from '../error-codes.ts';
import { jsonObjectSchema } from './values.ts';

const codes = Object.keys(errorCatalogue).filter((code): code is ErrorCode => Object.hasOwn(errorCatalogue, code));

/** What every request that fails is answered with. */
export const errorAnswerSchema = Type.Object(
  {
    error: Type.Object({
      code: Type.Enum(codes),
      message: Type.String({ description: 'What happened and what to do about it.' }),
      details: Type.Optional(jsonObjectSchema),
    }),
    correlation_id: Type.String({ description: 'Of the request; logs have it, too.' }),
  },
  { title: 'Error' },
);
export type ErrorAnswer = Static<typeof errorAnswerSchema>;
