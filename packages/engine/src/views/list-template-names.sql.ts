import { latestFirst } from '../graph/version-order.ts';
import type { Queryable, Statement } from '../postgres/database.ts';

/** A template without its content. */
export interface TemplateVersions {
  readonly namespace: string;
  readonly name: string;
  /** What `latest` means now. */
  readonly latest: string;
  /** The latest first, then down by semver; pre-releases behind all others. */
  readonly versions: readonly string[];
}

export interface TemplateNamePage {
  readonly templates: readonly TemplateVersions[];
  /** `after` of the next page; undefined on the last. */
  readonly nextAfter: string | undefined;
}

export interface TemplateNamePageRequest {
  /** The last name of the page before. */
  readonly after?: string | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
}

// versions of one name by themselves: the index on templates has the names in order, so that a page reads a page
const statement: Statement = {
  name: 'list_template_names',
  text: `select m.name, array_to_json(array_agg(m.version)) as versions
           from tasker.template m
          where m.namespace_id = (select n.id from tasker.namespace n where n.name = $1) and m.name > $2
          group by m.name order by m.name limit $3`,
};

/** The templates of a namespace by name; none for a namespace that does not exist. */
export async function listTemplateNames(
  db: Queryable,
  namespace: string,
  { after = '', limit = 100 }: TemplateNamePageRequest = {},
): Promise<TemplateNamePage> {
  const rows = await db.query<{ name: string; versions: string[] }>(statement, [namespace, after, limit + 1]);
  const templates = rows.slice(0, limit).map((row) => {
    const versions = row.versions.toSorted(latestFirst);
    return { namespace, name: row.name, latest: versions[0] ?? '', versions };
  });
  return { templates, nextAfter: rows.length > limit ? templates.at(-1)?.name : undefined };
}
