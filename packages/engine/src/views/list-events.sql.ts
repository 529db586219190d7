import type { Queryable, Statement } from '../postgres/database.ts';

/** An event that registered templates say their handlers publish. */
export interface EventView {
  readonly namespace: string;
  readonly name: string;
  /** Of the newest template that describes it. */
  readonly description: string | null;
  /** `published`: declared with conditions, by `publishes_events`; `custom`: by the handler, as it likes. */
  readonly kind: 'custom' | 'published';
  /** `template@version#step`, in order. */
  readonly publishers: readonly string[];
}

const statement: Statement = {
  text: `with declared as (
           select n.name as namespace, e.event ->> 'name' as name, e.event ->> 'description' as description, e.kind,
                  m.name || '@' || m.version || '#' || (s.step ->> 'name') as publisher, r.created_at
             from tasker.template m
             join tasker.namespace n on n.id = m.namespace_id
            cross join lateral (select r.document, r.created_at from tasker.revision r
                                 where r.template_id = m.id and r.derived_from is null order by r.number desc limit 1) r
            cross join lateral jsonb_array_elements(r.document -> 'steps') s(step)
            cross join lateral (
              select 'custom' as kind, c.event from jsonb_array_elements(s.step -> 'custom_events') c(event)
              union all
              select 'published', p.event from jsonb_array_elements(s.step -> 'publishes_events') p(event)) e
            where $1::text is null or n.name = $1)
         select namespace, name, kind, (array_agg(description order by created_at desc) filter (where description is not null))[1] as description,
                array_agg(publisher order by publisher) as publishers
           from declared group by namespace, name, kind order by namespace, name, kind`,
};

/** The events of the templates that new tasks get, in the order of their names. */
export async function listEvents(db: Queryable, namespace?: string): Promise<EventView[]> {
  return db.query<EventView>(statement, [namespace ?? null]);
}
