import type { TemplateDocument } from '@tasker/contract';
import { latestFirst } from '../graph/version-order.ts';
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
  name: 'versions_of_template',
  text: `select m.id, m.version from tasker.template m
          where m.namespace_id = (select n.id from tasker.namespace n where n.name = $1) and m.name = $2`,
};

const revisionsOf: Statement = {
  name: 'revisions_of_template',
  text: `select r.number as revision, r.hash, r.created_at as "registeredAt" from tasker.revision r
          where r.template_id = $1 and r.derived_from is null order by r.number desc`,
};

const documentOf: Statement = {
  name: 'document_of_revision',
  text: `select r.document from tasker.revision r
          where r.template_id = $1 and r.number = $2 and r.derived_from is null`,
};

/** Undefined when there is no such template, version or revision. */
export async function findTemplate(db: Database, wanted: TemplateReference): Promise<TemplateDetail | undefined> {
  return readSnapshot(db, (tx) => read(tx, wanted));
}

async function read(tx: Queryable, wanted: TemplateReference): Promise<TemplateDetail | undefined> {
  const { namespace = 'default', name, version = 'latest' } = wanted;
  const found = await tx.query<{ id: number; version: string }>(versionsOf, [namespace, name]);
  const known = found.toSorted((one, other) => latestFirst(one.version, other.version));
  const [latest] = known;
  const chosen = version === 'latest' ? latest : known.find((each) => each.version === version);
  if (latest === undefined || chosen === undefined) return undefined;

  const revisions = await tx.query<RevisionView>(revisionsOf, [chosen.id]);
  const revision = wanted.revision ?? revisions[0]?.revision ?? 0;
  const [content] = await tx.query<{ document: TemplateDocument }>(documentOf, [chosen.id, revision]);
  if (content === undefined) return undefined;
  return {
    namespace,
    name,
    version: chosen.version,
    latest: latest.version,
    versions: known.map((each) => each.version),
    revision,
    document: content.document,
    revisions,
  };
}
