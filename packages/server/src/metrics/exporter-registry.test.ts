import { InvalidOptions } from '@tasker/engine';
import { expect, it } from 'vitest';
import { InvalidInput } from '../errors.ts';
import { builtInExporters } from './built-in-exporters.ts';
import { createExporterRegistry } from './exporter-registry.ts';
import type { MetricsExporter } from './metrics-exporter.ts';

const snapshot = { timestamp: '2030-01-01T00:00:00.000Z', metrics: [] };

function exporter(name: string, formats: readonly string[], more: Partial<MetricsExporter> = {}): MetricsExporter {
  return { name, formats, mediaType: 'application/xml', export: () => `by ${name}`, ...more };
}

it('CORE-119, SURF-61: finds an exporter by its format, however it is written', async () => {
  const registry = createExporterRegistry([...builtInExporters, exporter('markup', ['XML', 'xml', 'Atom'])]);
  expect(registry.find('JSON').name).toBe('json');
  expect(await registry.export('xMl', snapshot)).toBe('by markup');
  expect(registry.statistics().formats).toEqual(['prometheus', 'text', 'json', 'csv', 'xml', 'atom']);
  expect(() => registry.find('yaml')).toThrow(InvalidInput);
  expect(() => registry.find('yaml')).toThrow(
    '`format` must be one of prometheus, text, json, csv, xml, atom, not "yaml"',
  );
});

it.each([
  [{ name: ' ' }, 'An exporter needs a `name`.'],
  [{ formats: [] }, 'Exporter `x` needs `formats`'],
  [{ formats: 'xml' }, 'Exporter `x` needs `formats`'],
  [{ formats: ['a b'] }, 'Exporter `x` needs `formats`'],
  [{ mediaType: 'xml' }, 'Exporter `x` needs a `mediaType` such as text/csv.'],
  [{ mediaType: 'text/xml\r\nx: y' }, 'Exporter `x` needs a `mediaType`'],
  [{ export: undefined }, 'Exporter `x` needs a function `export(snapshot)` that returns text.'],
  [
    { export: (one: unknown, two: unknown) => [one, two] },
    '`export` of exporter `x` must do with one argument, the snapshot, not 2.',
  ],
])('CORE-119, SURF-61: refuses what is no exporter: %j', (wrong, problem) => {
  const registry = createExporterRegistry([]);
  const register = () => void Reflect.apply(registry.register, undefined, [{ ...exporter('x', ['xml']), ...wrong }]);
  expect(register).toThrow(InvalidOptions);
  expect(register).toThrow(problem);
  expect(registry.statistics().exporters).toEqual([]);
});

it('CORE-119: takes an export function with optional and variable arguments', () => {
  const registry = createExporterRegistry([]);
  const optional = (one: unknown, two: unknown = 2) => String([one, two]);
  registry.register(exporter('optional', ['a'], { export: optional }));
  registry.register(exporter('variable', ['b'], { export: (...all: unknown[]) => String(all) }));
  expect(registry.statistics().exporters).toHaveLength(2);
});

it('CORE-119, SURF-61: refuses a name or a format that is taken, unless it is to be replaced', async () => {
  const changes: string[] = [];
  const registry = createExporterRegistry([exporter('one', ['xml', 'atom']), exporter('two', ['rss'])], (change) =>
    changes.push(`${change.change} ${change.exporter} ${change.formats.join()}`),
  );
  expect(() => registry.register(exporter('one', ['svg']))).toThrow('There is an exporter named `one` already');
  expect(() => registry.register(exporter('three', ['svg', 'RSS']))).toThrow(
    'Exporter `two` writes the format rss already',
  );
  expect(() => registry.find('svg')).toThrow(InvalidInput);
  registry.register(exporter('one', ['svg', 'rss'], { replace: true, export: () => 'anew' }));
  expect(await registry.export('rss', snapshot)).toBe('anew');
  // what only the old one wrote is not written any more
  expect(() => registry.find('atom')).toThrow(InvalidInput);
  expect([registry.unregister('one'), registry.unregister('one')]).toEqual([true, false]);
  expect(() => registry.find('svg')).toThrow(InvalidInput);
  expect(changes).toEqual([
    'registered one xml,atom',
    'registered two rss',
    'replaced one svg,rss',
    'unregistered one svg,rss',
  ]);
});

it('CORE-119, CORE-120, SURF-61: counts what was written, what failed, and which formats are wanted', async () => {
  const broken = exporter('broken', ['xml'], { export: () => Promise.reject(new Error('no')) });
  const silent = { ...exporter('silent', ['none']), export: () => undefined };
  const registry = createExporterRegistry([...builtInExporters, broken]);
  Reflect.apply(registry.register, undefined, [silent]);
  await registry.export('json', snapshot);
  await registry.export('CSV', snapshot);
  await registry.export('json', snapshot);
  await expect(registry.export('xml', snapshot)).rejects.toThrow('no');
  await expect(registry.export('none', snapshot)).rejects.toThrow('exporter silent returned undefined, not text');
  expect(registry.statistics()).toEqual({
    exporters: [
      { name: 'prometheus', formats: ['prometheus', 'text'], exported: 0, failed: 0 },
      { name: 'json', formats: ['json'], exported: 2, failed: 0 },
      { name: 'csv', formats: ['csv'], exported: 1, failed: 0 },
      { name: 'broken', formats: ['xml'], exported: 0, failed: 1 },
      { name: 'silent', formats: ['none'], exported: 0, failed: 1 },
    ],
    formats: ['prometheus', 'text', 'json', 'csv', 'xml', 'none'],
    averageFormatsPerExporter: 1.2,
    mostPopularFormats: ['json', 'csv', 'xml', 'none'],
    utilization: 'low',
    distribution: 'even',
    efficiency: 0.7,
    recommendations: [],
  });
});

it.each([
  ['*/*', undefined],
  ['', undefined],
  ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1', 'prometheus'],
  ['text/html, application/xml;q=0.9', undefined],
  ['text/csv;q=0.2, Application/JSON', 'json'],
  ['application/json;q=0, text/csv', 'csv'],
  ['application/json;q=0', undefined],
])('CORE-119: takes the format from what the caller accepts: %s', (accept, format) => {
  expect(createExporterRegistry(builtInExporters).accepted(accept)).toBe(format);
});
