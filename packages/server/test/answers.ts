import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { expect } from 'vitest';

const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);

/** Fails with every place where an answer is not what its schema says. */
export function expectFits(schema: TSchema, answer: unknown): void {
  const validate = ajv.compile(schema);
  validate(JSON.parse(JSON.stringify(answer)));
  expect((validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual([]);
}
