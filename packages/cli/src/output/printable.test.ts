import { styleText } from 'node:util';
import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test('what would steer the terminal is shown, and does nothing', () => {
  expect(printable('a\u001B]0;owned\u0007b\u001B[2Jc\rd\u009B1Ae\u202Ef\u007F')).toBe('a␛]0;owned␇b␛[2Jc␍d�1Ae�f␡');
  expect(printable('\u0007[31mred')).toBe('␇[31mred');
});

test('colours, lines and what people write stay', () => {
  const text = `${styleText('red', 'no', { validateStream: false })}\n[1m\t${styleText(['bold', 'dim'], 'übung 🙈', { validateStream: false })}`;
  expect(printable(text)).toBe(text);
});
