import { expect, test } from 'vitest';
import { openLiveArea } from './live-area.ts';

test('draws over what it drew before, no more than fits, and gives the cursor back', () => {
  let written = '';
  const area = openLiveArea({ rows: 4, write: (text) => void (written += text) });
  const next = () => {
    const text = written.replaceAll('\u001B[', '^');
    written = '';
    return text;
  };
  expect(next()).toBe('^?7l^?25l');
  area.draw(['one', 'two']);
  expect(next()).toBe('\r^Jone\ntwo\n');
  area.draw(['one', 'two', 'three', 'four']);
  expect(next()).toBe('^2A\r^Jtwo\nthree\nfour\n');
  area.draw(['one\ntwo', 'th\u001B[2Jree']);
  expect(next()).toBe('^3A\r^Jone\ntwo\nth␛[2Jree\n');
  area.draw(['one']);
  expect(next()).toBe('^3A\r^Jone\n');
  area.end();
  expect(next()).toBe('^?7h^?25h');
  area.end();
  expect(next()).toBe('');
});
