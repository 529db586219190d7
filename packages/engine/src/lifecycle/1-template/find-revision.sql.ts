import type { TemplateDocument } from '@tasker/contract';
import type { Queryable, Statement } from '../../postgres/database.ts';

export interface RevisionRow {
  readonly id: number;
  readonly template_id: number;
  readonly namespace_id: number;
  readonly number: number;
  /** Null: it is what was registered. */
  readonly derived_from: number | null;
  readonly hash: string;
  /** Checked before it was stored. */
  readonly document: TemplateDocument;
}

const columns = 'r.id, r.template_id, t.namespace_id, r.number, r.derived_from, r.hash, r.document';

const newest: Statement = {
  text: `select ${columns} from tasker.revision r join tasker.template t on t.id = r.template_id
          where r.template_id = $1 and r.derived_from is null order by r.number desc limit 1`,
};

/** The revision that new tasks of a template get. */
export async function findNewestRevision(db: Queryable, templateId: number): Promise<RevisionRow | undefined> {
  const [row] = await db.query<RevisionRow>(newest, [templateId]);
  return row;
}

const byId: Statement = {
  name: 'find_revision',
  text: `select ${columns} from tasker.revision r join tasker.template t on t.id = r.template_id where r.id = $1`,
};

export async function findRevision(db: Queryable, revisionId: number): Promise<RevisionRow | undefined> {
  const [row] = await db.query<RevisionRow>(byId, [revisionId]);
  return row;
}

const versions: Statement = {
  name: 'find_versions',
  text: `select t.version, (select r.id from tasker.revision r where r.template_id = t.id and r.derived_from is null
                             order by r.number desc limit 1) as revision_id
           from tasker.template t join tasker.namespace n on n.id = t.namespace_id
          where n.name = $1 and t.name = $2`,
};

/** All versions of a template, each with its newest revision. */
export async function findVersions(
  db: Queryable,
  namespace: string,
  name: string,
): Promise<{ version: string; revision_id: number }[]> {
  return db.query(versions, [namespace, name]);
}

const lockBase: Statement = {
  text: `select ${columns} from tasker.revision r join tasker.template t on t.id = r.template_id
          where r.id = $1 for no key update of r`,
};

/** Locks a revision: those derived from it are added one after the other. */
export async function lockRevision(tx: Queryable, revisionId: number): Promise<RevisionRow | undefined> {
  const [row] = await tx.query<RevisionRow>(lockBase, [revisionId]);
  return row;
}

const derived: Statement = {
  text: `select r.id, r.hash, (count(*) over ())::int as kept from tasker.revision r
          where r.derived_from = $1 order by r.hash = $2 desc limit 1`,
};

/** The revision with this content among those derived from another, and how many of those there are. */
export async function findDerived(
  tx: Queryable,
  derivedFrom: number,
  hash: string,
): Promise<{ readonly id: number | undefined; readonly kept: number }> {
  const rows = await tx.query<{ id: number; hash: string; kept: number }>(derived, [derivedFrom, hash]);
  const [first] = rows;
  return { id: first?.hash === hash ? first.id : undefined, kept: first?.kept ?? 0 };
}
