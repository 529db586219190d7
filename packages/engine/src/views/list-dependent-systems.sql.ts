import type { Queryable, Statement } from '../postgres/database.ts';

/** An outside or logical system that steps talk to. */
export interface DependentSystemView {
  readonly name: string;
  /** Versions of templates with a step that talks to it, in the content that new tasks get. */
  readonly versions: number;
  /** Those steps. */
  readonly steps: number;
}

const statement: Statement = {
  text: `select s.dependent_system as name, count(distinct r.template_id)::int as versions, count(*)::int as steps
           from tasker.revision_step s join tasker.revision r on r.id = s.revision_id
          where r.derived_from is null
            and not exists (select 1 from tasker.revision newer
                             where newer.template_id = r.template_id and newer.number > r.number)
          group by s.dependent_system order by s.dependent_system`,
};

/** The systems that registered templates name, in the order of their names; tasks add none. */
export async function listDependentSystems(db: Queryable): Promise<DependentSystemView[]> {
  return db.query<DependentSystemView>(statement);
}
