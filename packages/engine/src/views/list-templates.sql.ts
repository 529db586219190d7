import type { TemplateDocument } from '@tasker/contract';
import { latestFirst } from '../graph/version-order.ts';
import { plainArray } from '../postgres/array-literal.ts';
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

export interface TemplatePageRequest {
  /** Where the page before ended. */
  readonly after?: TemplatePosition | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
}

export interface TemplatePosition {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
}

export interface TemplatePage {
  readonly templates: readonly TemplateView[];
  /** `after` of the next page; undefined on the last. */
  readonly nextAfter: TemplatePosition | undefined;
}

/**
 * A page of templates by namespace and name; of each the version first that `latest` means: the highest by semver,
 * pre-releases behind all others. Costs what the page holds, however many templates there are.
 */
export async function listTemplates(
  db: Queryable,
  filter: TemplateFilter = {},
  { after, limit = 100 }: TemplatePageRequest = {},
): Promise<TemplatePage> {
  const listed = (await listVersions(db, filter, after, limit)).filter(
    (each) => after === undefined || isAfter(each, after),
  );
  const page = listed.slice(0, limit);
  const newest = new Map(
    (await db.query<Newest>(newestOf, [plainArray(page.map(({ id }) => id))])).map(({ id, ...rest }) => [id, rest]),
  );
  const templates = page.flatMap(({ id, ...template }) => {
    const revision = newest.get(id);
    return revision === undefined ? [] : [{ ...template, ...revision }];
  });
  return { templates, nextAfter: listed.length > limit ? positionOf(page.at(-1)) : undefined };
}

interface Version extends TemplatePosition {
  readonly id: number;
}

interface Newest extends Pick<TemplateView, 'revision' | 'registeredAt' | 'document'> {
  readonly id: number;
}

// Per namespace the index has the names in order; what `latest` means is not an order that an index could have.
// Without a name: planned for what is asked, as a filter that is not there must not stand in the way of the index.
const versionsOfNames: Statement = {
  text: `select n.name as namespace, m.name, m.ids, m.versions
           from tasker.namespace n
          cross join lateral (select t.name, array_to_json(array_agg(t.id)) as ids, array_to_json(array_agg(t.version)) as versions
                                from tasker.template t
                               where t.namespace_id = n.id and ($2::text is null or t.name = $2) and ($3::text is null or t.version = $3)
                                 and t.name >= case when n.name = $4 then $5 else '' end
                               group by t.name order by t.name limit $6) m
          where ($1::text is null or n.name = $1) and n.name >= $4
          order by n.name, m.name limit $6`,
};

const newestOf: Statement = {
  name: 'newest_revisions_of_templates',
  text: `select w.id, r.number as revision, r.created_at as "registeredAt", r.document
           from unnest($1::int[]) w(id)
          cross join lateral (select r.number, r.created_at, r.document from tasker.revision r
                               where r.template_id = w.id and r.derived_from is null order by r.number desc limit 1) r`,
};

/** The versions of as many names as may be needed for the page and one more, in order; from the first name on also those before the page. */
async function listVersions(
  db: Queryable,
  { namespace = null, name = null, version = null }: Nullable<TemplateFilter>,
  after: TemplatePosition | undefined,
  limit: number,
): Promise<Version[]> {
  const from = [after?.namespace ?? '', after?.name ?? ''];
  // the name that the page begins in may have no version left
  const names = await db.query<{ namespace: string; name: string; ids: number[]; versions: string[] }>(
    versionsOfNames,
    [namespace, name, version, ...from, limit + 2],
  );
  return names.flatMap(({ ids, versions, ...place }) =>
    versions
      .map((each, index) => ({ ...place, version: each, id: ids[index] ?? 0 }))
      .toSorted((one, other) => latestFirst(one.version, other.version)),
  );
}

type Nullable<Filter> = { readonly [Key in keyof Filter]?: Filter[Key] | null };

function isAfter(one: TemplatePosition, position: TemplatePosition): boolean {
  const isSameName = one.namespace === position.namespace && one.name === position.name;
  return !isSameName || latestFirst(position.version, one.version) < 0;
}

function positionOf(version: Version | undefined): TemplatePosition | undefined {
  return version && { namespace: version.namespace, name: version.name, version: version.version };
}
