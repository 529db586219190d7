import type { Queryable, Statement } from '../postgres/database.ts';
import { assessRegistry, type RegistryMarks } from '../registries/assess-registry.ts';

/** How much is registered. The marks are of templates over the namespaces that have any. */
export interface RegistryStatistics extends RegistryMarks {
  readonly namespaces: number;
  /** Different names in a namespace; versions not counted. */
  readonly templates: number;
  readonly versions: number;
  /** Contents, those included that were replaced. */
  readonly revisions: number;
  /** In the order of their names. */
  readonly byNamespace: readonly NamespaceStatistics[];
}

export interface NamespaceStatistics {
  readonly namespace: string;
  readonly templates: number;
  readonly versions: number;
  readonly revisions: number;
}

const statement: Statement = {
  text: `select n.name as namespace, count(distinct m.name)::int as templates, count(distinct m.id)::int as versions,
                count(r.id)::int as revisions
           from tasker.namespace n
           left join tasker.template m on m.namespace_id = n.id
           left join tasker.revision r on r.template_id = m.id and r.derived_from is null
          group by n.name order by n.name`,
};

export async function registryStatistics(db: Queryable): Promise<RegistryStatistics> {
  const byNamespace = await db.query<NamespaceStatistics>(statement);
  const sum = (count: 'templates' | 'versions' | 'revisions') =>
    byNamespace.reduce((total, each) => total + each[count], 0);
  const used = byNamespace.filter(({ templates }) => templates > 0);
  const byGroup = Object.fromEntries(used.map(({ namespace, templates }) => [namespace, templates]));
  const items = sum('templates');
  return {
    namespaces: byNamespace.length,
    templates: items,
    versions: sum('versions'),
    revisions: sum('revisions'),
    byNamespace,
    ...assessRegistry({ items, byGroup }, { items: 'templates', group: 'namespace' }),
  };
}
