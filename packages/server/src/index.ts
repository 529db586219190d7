export type { AnswerCache, CacheStatus, Fetched, Question } from './cache/answer-cache.ts';
export type { CacheCapabilities, CacheStore } from './cache/cache-store.ts';
export type {
  CacheMode,
  CapabilityDetection,
  CapabilityDetector,
  DetectedCapabilities,
} from './cache/capabilities.ts';
export type { CacheOptions } from './cache/open-cache.ts';
export { InvalidInput, NamespaceNotFound } from './errors.ts';
export type { Health } from './health/health.ts';
export type { CorsOptions, ServerLogger } from './http/app.ts';
export { reference } from './http/reference.ts';
export { type CsvExporterOptions, csvExporter } from './metrics/csv-exporter.ts';
export type { ExporterRegistry, ExporterStatistics, ExporterView } from './metrics/exporter-registry.ts';
export { type JsonExporterOptions, jsonExporter } from './metrics/json-exporter.ts';
export type { MetricsExporter } from './metrics/metrics-exporter.ts';
export type { Metric, MetricSample, MetricsSnapshot } from './metrics/metrics-snapshot.ts';
export { invoke } from './operations/invoke.ts';
export type { Operation } from './operations/operation.ts';
export { operations } from './operations/operations.ts';
export { type Authorizer, allowEverything, type Permission, permissions } from './operations/permission.ts';
export type { Principal, RequestContext } from './operations/request-context.ts';
export { createServices, type Services, type ServicesOptions } from './operations/services.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
