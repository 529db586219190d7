import type { HealthStatusAnswer } from '@tasker/contract/wire';
import type { RegistryMarks, RegistryStatistics, SubscriptionStatistics } from '@tasker/engine';
import type { ExporterStatistics } from '../metrics/exporter-registry.ts';

/** What is registered, as the status tells it. */
export function registryStatus(
  templates: RegistryStatistics,
  subscriptions: SubscriptionStatistics,
  exporters: ExporterStatistics,
): HealthStatusAnswer['registries'] {
  return {
    templates: {
      namespaces: templates.namespaces,
      templates: templates.templates,
      versions: templates.versions,
      revisions: templates.revisions,
      ...marksOf(templates),
    },
    subscriptions: {
      subscriptions: subscriptions.subscriptions,
      delivered: subscriptions.delivered,
      failed: subscriptions.failed,
      events_covered: [...subscriptions.eventsCovered],
      average_events_per_subscription: subscriptions.averageEventsPerSubscription,
      most_popular_events: [...subscriptions.mostPopular],
      ...marksOf(subscriptions),
    },
    exporters: {
      exporters: exporters.exporters.length,
      exported: exporters.exporters.reduce((sum, { exported }) => sum + exported, 0),
      failed: exporters.exporters.reduce((sum, { failed }) => sum + failed, 0),
      formats: [...exporters.formats],
      average_formats_per_exporter: exporters.averageFormatsPerExporter,
      most_popular_formats: [...exporters.mostPopularFormats],
      ...marksOf(exporters),
    },
  };
}

function marksOf({ utilization, distribution, efficiency, recommendations }: RegistryMarks) {
  return { utilization, distribution, efficiency, recommendations: [...recommendations] };
}
