import type { TemplateDocument } from '@tasker/contract';
import { latestFirst } from '../graph/version-order.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** A version of a template, in the revision that new tasks get. */
export interface TemplateView {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** How many contents the version has had; more than one only where `replace` was asked for. */
  readonly revision: number;
  readonly registeredAt: Date;
  readonly document: TemplateDocument;
}

export interface TemplateFilter {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

const statement: Statement = {
  text: `select n.name as namespace, m.name, m.version, r.number as revision, r.created_at as "registeredAt", r.document
           from tasker.template m
           join tasker.namespace n on n.id = m.namespace_id
          cross join lateral (select r.number, r.created_at, r.document from tasker.revision r
                               where r.template_id = m.id and r.derived_from is null order by r.number desc limit 1) r
          where ($1::text is null or n.name = $1) and ($2::text is null or m.name = $2)
            and ($3::text is null or m.version = $3)`,
};

/**
 * Templates by namespace and name; of each the version first that `latest` means: the highest by semver, pre-releases
 * behind all others.
 */
export async function listTemplates(db: Queryable, filter: TemplateFilter = {}): Promise<TemplateView[]> {
  const { namespace = null, name = null, version = null } = filter;
  const templates = await db.query<TemplateView>(statement, [namespace, name, version]);
  return templates.toSorted(
    (one, other) =>
      compare(one.namespace, other.namespace) ||
      compare(one.name, other.name) ||
      latestFirst(one.version, other.version),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
