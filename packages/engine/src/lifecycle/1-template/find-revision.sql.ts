import type { TemplateDocument } from '@tasker/contract';
import type { Queryable, Statement } from '../../postgres/database.ts';

export interface RevisionRow {
  readonly id: number;
  readonly template_id: number;
  readonly namespace_id: number;
  readonly number: number;
  readonly hash: string;
  /** Checked before it was stored. */
  readonly document: TemplateDocument;
}

const columns = 'r.id, r.template_id, t.namespace_id, r.number, r.hash, r.document';

const newest: Statement = {
  text: `select ${columns} from tasker.revision r join tasker.template t on t.id = r.template_id
          where r.template_id = $1 order by r.number desc limit 1`,
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
  text: `select t.version, (select r.id from tasker.revision r where r.template_id = t.id order by r.number desc limit 1) as revision_id
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
