import type { TemplateDocument } from '@tasker/contract';
import { latestFirst } from '../graph/version-order.ts';
import { plainArray, textArray } from '../postgres/array-literal.ts';
import type { Database, Queryable, Statement } from '../postgres/database.ts';
import { readSnapshot } from './read-snapshot.ts';

/** One version of a template with all that is known of it. */
export interface TemplateDetail {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** What `latest` means now. */
  readonly latest: string;
  /** All versions, the latest first. */
  readonly versions: readonly string[];
  /** Of the content shown. */
  readonly revision: number;
  readonly document: TemplateDocument;
  /** The contents that the version has had, the newest first: that one is what new tasks get. */
  readonly revisions: readonly RevisionView[];
}

export interface RevisionView {
  readonly revision: number;
  /** SHA-256 of the content, in hex. */
  readonly hash: string;
  readonly registeredAt: Date;
}

export interface TemplateReference {
  readonly namespace?: string;
  readonly name: string;
  /** Default `latest`. */
  readonly version?: string;
  /** Default: the newest. */
  readonly revision?: number;
}

const versionsOf: Statement = {
  name: 'versions_of_templates',
  text: `select w.n::int - 1 as wanted, m.id, m.version
           from unnest($1::text[], $2::text[]) with ordinality w(namespace, name, n)
           join tasker.namespace n on n.name = w.namespace
           join tasker.template m on m.namespace_id = n.id and m.name = w.name`,
};

const revisionsOf: Statement = {
  name: 'revisions_of_templates',
  text: `select r.template_id as "templateId", r.number as revision, r.hash, r.created_at as "registeredAt"
           from tasker.revision r
          where r.template_id = any($1::int[]) and r.derived_from is null order by r.number desc`,
};

const documentsOf: Statement = {
  name: 'documents_of_revisions',
  text: `select w.n::int - 1 as wanted, r.document
           from unnest($1::int[], $2::int[]) with ordinality w(template_id, number, n)
           join tasker.revision r on r.template_id = w.template_id and r.number = w.number and r.derived_from is null`,
};

/** Undefined when there is no such template, version or revision. */
export async function findTemplate(db: Database, wanted: TemplateReference): Promise<TemplateDetail | undefined> {
  const [found] = await findTemplates(db, [wanted]);
  return found;
}

/** Several, in the order of what is wanted; undefined where there is no such template, version or revision. */
export async function findTemplates(
  db: Database,
  wanted: readonly TemplateReference[],
): Promise<(TemplateDetail | undefined)[]> {
  return readSnapshot(db, (tx) => read(tx, wanted));
}

interface Version {
  readonly wanted: number;
  readonly id: number;
  readonly version: string;
}

async function read(tx: Queryable, wanted: readonly TemplateReference[]): Promise<(TemplateDetail | undefined)[]> {
  const found = await tx.query<Version>(versionsOf, [
    textArray(wanted.map(({ namespace = 'default' }) => namespace)),
    textArray(wanted.map(({ name }) => name)),
  ]);
  const versions = found.toSorted((one, other) => latestFirst(one.version, other.version));
  const known = wanted.map((_, index) => versions.filter((each) => each.wanted === index));
  const chosen = wanted.map(({ version = 'latest' }, index) =>
    version === 'latest' ? known[index]?.[0] : known[index]?.find((each) => each.version === version),
  );
  const ids = new Set(chosen.flatMap((each) => each?.id ?? []));
  const rows = await tx.query<RevisionView & { templateId: number }>(revisionsOf, [plainArray([...ids])]);
  const revisions = chosen.map((each) => rows.filter(({ templateId }) => templateId === each?.id));
  const numbers = wanted.map(({ revision }, index) => revision ?? revisions[index]?.[0]?.revision ?? 0);
  const documents = await tx.query<{ wanted: number; document: TemplateDocument }>(documentsOf, [
    plainArray(chosen.map((each) => each?.id ?? 0)),
    plainArray(numbers),
  ]);
  const documentOf = new Map(documents.map((each) => [each.wanted, each.document]));
  return wanted.map(({ namespace = 'default', name }, index) => {
    const [latest] = known[index] ?? [];
    const document = documentOf.get(index);
    const version = chosen[index]?.version;
    if (latest === undefined || document === undefined || version === undefined) return undefined;
    return {
      namespace,
      name,
      version,
      latest: latest.version,
      versions: (known[index] ?? []).map((each) => each.version),
      revision: numbers[index] ?? 0,
      document,
      revisions: (revisions[index] ?? []).map(({ revision, hash, registeredAt }) => ({ revision, hash, registeredAt })),
    };
  });
}
