import { assessRegistry, InvalidOptions, type RegistryMarks } from '@tasker/engine';
import { InvalidInput } from '../errors.ts';
import { exporterProblems, type MetricsExporter } from './metrics-exporter.ts';
import type { MetricsSnapshot } from './metrics-snapshot.ts';

/** The exporters of one server, by the formats they write. */
export interface ExporterRegistry {
  /** @throws {InvalidOptions} when it is no exporter, or its name or a format is taken */
  register(exporter: MetricsExporter): void;
  /** Whether there was one of that name. */
  unregister(name: string): boolean;
  /**
   * The exporter of a format.
   *
   * @throws {InvalidInput}
   */
  find(format: string): MetricsExporter;
  /** The format to answer with for an `Accept` header; undefined: it says nothing about any that there is. */
  accepted(accept: string): string | undefined;
  /**
   * Writes the figures down in a format.
   *
   * @throws {InvalidInput}
   */
  export(format: string, snapshot: MetricsSnapshot): Promise<string>;
  statistics(): ExporterStatistics;
}

export interface ExporterStatistics extends RegistryMarks {
  readonly exporters: readonly ExporterView[];
  readonly formats: readonly string[];
  /** Two decimals. */
  readonly averageFormatsPerExporter: number;
  /** The five that were asked for the most, these first. */
  readonly mostPopularFormats: readonly string[];
}

export interface ExporterView {
  readonly name: string;
  readonly formats: readonly string[];
  /** Times that it wrote. */
  readonly exported: number;
  readonly failed: number;
}

/** Of an exporter. */
export interface ExporterChange {
  readonly change: 'registered' | 'replaced' | 'unregistered';
  readonly exporter: string;
  readonly formats: readonly string[];
}

interface Registered {
  readonly exporter: MetricsExporter;
  /** In lower case; how often each was asked for. */
  readonly asked: Map<string, number>;
  exported: number;
  failed: number;
}

export function createExporterRegistry(
  exporters: readonly MetricsExporter[],
  onChanged: (change: ExporterChange) => void = () => undefined,
): ExporterRegistry {
  const byName = new Map<string, Registered>();
  const byFormat = new Map<string, Registered>();

  function register(exporter: MetricsExporter): void {
    const problems = exporterProblems(exporter);
    if (problems.length > 0) throw new InvalidOptions(problems);
    const { name, replace = false } = exporter;
    const formats = [...new Set(exporter.formats.map((format) => format.toLowerCase()))];
    const before = byName.get(name);
    if (!replace) refuseTaken(name, formats);
    if (before !== undefined) remove(before);
    const registered = { exporter, asked: new Map(formats.map((format) => [format, 0])), exported: 0, failed: 0 };
    byName.set(name, registered);
    for (const format of formats) {
      byFormat.get(format)?.asked.delete(format);
      byFormat.set(format, registered);
    }
    onChanged({ change: before === undefined ? 'registered' : 'replaced', exporter: name, formats });
  }

  function refuseTaken(name: string, formats: readonly string[]): void {
    const remedy = 'register this one with `replace: true`.';
    const named = byName.has(name)
      ? [`There is an exporter named \`${name}\` already; name it otherwise, or ${remedy}`]
      : [];
    const taken = formats.flatMap((format) => {
      const other = byFormat.get(format)?.exporter.name;
      const isNews = other !== undefined && other !== name;
      return isNews ? [`Exporter \`${other}\` writes the format ${format} already; leave it out, or ${remedy}`] : [];
    });
    if (named.length + taken.length > 0) throw new InvalidOptions([...named, ...taken]);
  }

  function remove({ exporter, asked }: Registered): void {
    byName.delete(exporter.name);
    for (const format of asked.keys()) byFormat.delete(format);
  }

  function registeredFor(format: string): Registered {
    const registered = byFormat.get(format.toLowerCase());
    if (registered === undefined) throw unknownFormat(format, [...byFormat.keys()]);
    return registered;
  }

  for (const exporter of exporters) register(exporter);

  return {
    register,
    unregister(name) {
      const registered = byName.get(name);
      if (registered === undefined) return false;
      remove(registered);
      onChanged({ change: 'unregistered', exporter: name, formats: [...registered.asked.keys()] });
      return true;
    },
    find: (format) => registeredFor(format).exporter,
    accepted(accept) {
      for (const type of acceptedTypes(accept)) {
        for (const [format, { exporter }] of byFormat) if (essence(exporter.mediaType) === type) return format;
      }
      return undefined;
    },
    async export(format, snapshot) {
      const registered = registeredFor(format);
      const { exporter, asked } = registered;
      const key = format.toLowerCase();
      asked.set(key, (asked.get(key) ?? 0) + 1);
      try {
        const text: unknown = await exporter.export(snapshot);
        if (typeof text !== 'string') throw new Error(`exporter ${exporter.name} returned ${typeof text}, not text`);
        registered.exported += 1;
        return text;
      } catch (error) {
        registered.failed += 1;
        throw error;
      }
    },
    statistics: () => statisticsOf([...byName.values()]),
  };
}

function unknownFormat(format: string, known: readonly string[]): InvalidInput {
  const message = `must be one of ${known.join(', ')}, not ${JSON.stringify(format)}`;
  return new InvalidInput([{ path: 'format', message }]);
}

function statisticsOf(registered: readonly Registered[]): ExporterStatistics {
  const asked = registered.flatMap((each) => [...each.asked]);
  const exporters = registered.map(({ exporter: { name }, asked: formats, exported, failed }) => ({
    name,
    formats: [...formats.keys()],
    exported,
    failed,
  }));
  const byGroup = Object.fromEntries(exporters.map(({ name, formats }) => [name, formats.length]));
  const average = exporters.length === 0 ? 0 : asked.length / exporters.length;
  return {
    exporters,
    formats: asked.map(([format]) => format),
    averageFormatsPerExporter: Math.round(average * 100) / 100,
    mostPopularFormats: asked
      .filter(([, times]) => times > 0)
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, 5)
      .map(([format]) => format),
    ...assessRegistry({ items: exporters.length, byGroup }, { items: 'exporters', group: 'exporter' }),
  };
}

/** The media types of an `Accept` header, those with the highest `q` first, those that are not wanted left out. */
function acceptedTypes(accept: string): string[] {
  return accept
    .split(',')
    .map((part) => ({ type: essence(part), quality: Number(/;\s*q=([\d.]+)/i.exec(part)?.[1] ?? 1) }))
    .filter(({ quality }) => quality > 0)
    .toSorted((one, other) => other.quality - one.quality)
    .map(({ type }) => type);
}

/** Without parameters. */
const essence = (type: string) => type.replace(/;.*$/s, '').trim().toLowerCase();
