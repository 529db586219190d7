import { expect, test } from 'vitest';
import { parseTemplateReference } from './template-reference.ts';

test.each([
  ['order', { namespace: 'default', name: 'order', version: undefined }],
  ['shop/order', { namespace: 'shop', name: 'order', version: undefined }],
  ['shop/order@1.0.0-rc.1', { namespace: 'shop', name: 'order', version: '1.0.0-rc.1' }],
  ['shop/eu/order@latest', { namespace: 'shop/eu', name: 'order', version: 'latest' }],
])('%s is understood', (text, reference) => {
  expect(parseTemplateReference(text)).toEqual(reference);
});

test.each(['', 'shop/', '@1.0.0', 'order@1@2'])('%j is refused', (text) => {
  expect(() => parseTemplateReference(text)).toThrow('namespace/name@1.0.0');
});
