import { expect, it } from 'vitest';
import { csvExporter } from './csv-exporter.ts';
import { jsonExporter } from './json-exporter.ts';
import type { MetricsSnapshot } from './metrics-snapshot.ts';
import { prometheusExporter } from './prometheus-exporter.ts';

const snapshot: MetricsSnapshot = {
  timestamp: '2030-01-01T00:00:00.000Z',
  metrics: [
    {
      name: 'tasker_tasks',
      type: 'gauge',
      help: 'Tasks, by status.',
      samples: [
        { labels: { status: 'pending' }, value: 2 },
        { labels: { status: 'a "b", \\c\nd', kind: 'odd' }, value: 0.5 },
      ],
    },
    { name: 'tasker_workers', type: 'gauge', help: 'Alive.\nNow.', samples: [{ labels: {}, value: 1 }] },
  ],
};
const nothing = { ...snapshot, metrics: [] };

it('SURF-57: the text of Prometheus has help, type and escaped labels, and ends with a line', () => {
  expect(prometheusExporter.export(snapshot)).toBe(
    [
      '# HELP tasker_tasks Tasks, by status.',
      '# TYPE tasker_tasks gauge',
      'tasker_tasks{status="pending"} 2',
      String.raw`tasker_tasks{status="a \"b\", \\c\nd",kind="odd"} 0.5`,
      String.raw`# HELP tasker_workers Alive.\nNow.`,
      '# TYPE tasker_workers gauge',
      'tasker_workers 1',
      '',
    ].join('\n'),
  );
  expect(prometheusExporter.export(nothing)).toBe('');
});

it('CORE-119, SURF-62: JSON has an entry for every set of labels, under the names that are asked for', async () => {
  const document: unknown = JSON.parse(await jsonExporter().export(snapshot));
  expect(document).toEqual({
    timestamp: snapshot.timestamp,
    total_metrics: 3,
    metrics: [
      { name: 'tasker_tasks', type: 'gauge', value: 2, labels: { status: 'pending' }, help: 'Tasks, by status.' },
      expect.objectContaining({ value: 0.5, labels: { status: 'a "b", \\c\nd', kind: 'odd' } }),
      expect.objectContaining({ name: 'tasker_workers', labels: {} }),
    ],
  });
  const mapped = await jsonExporter({ fields: { timestamp: 'at', total_metrics: 'n' }, pretty: true }).export(nothing);
  expect(mapped).toBe(`{\n  "at": "${snapshot.timestamp}",\n  "n": 0,\n  "metrics": []\n}`);
});

it('CORE-119, SURF-62: CSV has a column for every label, and quotes what would break a line', () => {
  const at = snapshot.timestamp;
  expect(csvExporter().export(snapshot)).toBe(
    [
      'timestamp,name,type,value,label_kind,label_status',
      `${at},tasker_tasks,gauge,2,,pending`,
      `${at},tasker_tasks,gauge,0.5,odd,"a ""b"", \\c\nd"`,
      `${at},tasker_workers,gauge,1,,`,
      '',
    ].join('\r\n'),
  );
  const plain = { ...snapshot, metrics: snapshot.metrics.slice(1) };
  expect(csvExporter({ separator: ';', headers: false }).export(plain)).toBe(`${at};tasker_workers;gauge;1\r\n`);
  expect(csvExporter().export(nothing)).toBe('');
});
