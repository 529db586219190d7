import { Type } from 'typebox';
import { metricsSnapshot } from '../../metrics/metrics-snapshot.ts';
import { defineOperation } from '../operation.ts';

export const metrics = defineOperation({
  name: 'metrics.show',
  permission: 'metrics:read',
  kind: 'query',
  summary: 'The figures of the whole system, for Prometheus or in another format.',
  input: Type.Object(
    {
      format: Type.Optional(
        Type.String({
          minLength: 1,
          default: 'prometheus',
          description: 'prometheus, json, csv, or of another exporter that the server was given.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.String(),
  errors: [],
  async call({ health, exporters }, { format = 'prometheus' }) {
    // before anything is counted
    exporters.find(format);
    return exporters.export(format, metricsSnapshot(await health.counts()));
  },
});
