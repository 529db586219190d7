import type { TemplateDocument } from '@tasker/contract';
import { LRUCache } from 'lru-cache';
import semver from 'semver';
import { TemplateConflict, TemplateNotFound } from '../../errors.ts';
import { compilePlan } from '../../graph/compile-plan.ts';
import type { Plan } from '../../graph/plan.ts';
import type { RegisteredPlan } from '../../graph/registered-plan.ts';
import type { Database, Queryable } from '../../postgres/database.ts';
import { findNewestRevision, findRevision, findVersions, type RevisionRow } from './find-revision.sql.ts';
import { readTemplate } from './read-template.ts';
import { ensureQueues, insertPlan, lockTemplate } from './save-template.sql.ts';

/** Templates in the database, with compiled plans kept at hand. */
export interface PlanStore {
  /**
   * Checks and stores a template; the same content again changes nothing.
   *
   * @param replace makes different content under the same version a new revision instead of a TemplateConflict;
   *   tasks keep the revision they started with
   */
  register(document: TemplateDocument, options?: { replace?: boolean }): Promise<RegisteredPlan>;
  /** The plan that a new task gets. `latest`: the highest version by semver, pre-releases only if there is nothing else. */
  find(namespace: string, name: string, version: string): Promise<RegisteredPlan>;
  /**
   * The plan of a revision that a task was started with.
   *
   * @param within the transaction that the caller is in: where there is one connection, another one would never come
   */
  load(revisionId: number, within?: Queryable): Promise<RegisteredPlan>;
  /** Forgets which revision is the newest: another process registered one. */
  refresh(): void;
}

/** Plans kept compiled; a revision never changes, so they are dropped for room only. */
const plansKept = 1000;
/** How long a process may not notice that another registered a newer version or revision. */
const versionsFreshMs = 5_000;

export function createPlanStore(db: Database): PlanStore {
  const plans = new LRUCache<number, RegisteredPlan>({ max: plansKept });
  const newest = new LRUCache<string, Promise<RegisteredPlan>>({ max: plansKept, ttl: versionsFreshMs });

  async function load(revisionId: number, within: Queryable = db): Promise<RegisteredPlan> {
    const known = plans.get(revisionId);
    if (known) return known;
    const row = await findRevision(within, revisionId);
    if (row === undefined) throw new Error(`revision ${revisionId} is missing`);
    return remember(await toRegisteredPlan(within, row));
  }

  function remember(registered: RegisteredPlan): RegisteredPlan {
    plans.set(registered.revisionId, registered);
    return registered;
  }

  async function findNewest(namespace: string, name: string, version: string): Promise<RegisteredPlan> {
    const versions = await findVersions(db, namespace, name);
    const wanted = version === 'latest' ? highest(versions.map((each) => each.version)) : version;
    const found = versions.find((each) => each.version === wanted);
    if (found === undefined) throw new TemplateNotFound(namespace, name, version);
    return load(found.revision_id);
  }

  return {
    async register(offered, options = {}) {
      const document = readTemplate(offered);
      const plan = compilePlan(document);
      const registered = await db.transaction((tx) => save(tx, plan, document, options.replace ?? false));
      newest.clear();
      return remember(registered);
    },
    find(namespace, name, version) {
      const key = `${namespace}/${name}@${version}`;
      const known = newest.get(key);
      if (known) return known;
      const finding = findNewest(namespace, name, version);
      newest.set(key, finding);
      finding.catch(() => newest.delete(key));
      return finding;
    },
    load,
    refresh: () => newest.clear(),
  };
}

function highest(versions: string[]): string | undefined {
  const [best] = semver.rsort(versions.filter((version) => semver.prerelease(version) === null));
  return best ?? semver.rsort(versions)[0];
}

async function save(tx: Queryable, plan: Plan, document: TemplateDocument, replace: boolean): Promise<RegisteredPlan> {
  const template = await lockTemplate(tx, plan);
  const current = await findNewestRevision(tx, template.id);
  const queues = await ensureQueues(tx, template.namespace_id, plan);
  if (current?.hash === plan.hash) {
    return { revisionId: current.id, revision: current.number, plan, queues };
  }
  if (current !== undefined && !replace) {
    throw new TemplateConflict(plan.namespace, plan.name, plan.version, differingKeys(current.document, document));
  }
  const { id, number } = await insertPlan(tx, template.id, plan, JSON.stringify(document), queues);
  return { revisionId: id, revision: number, plan, queues };
}

function differingKeys(stored: TemplateDocument, offered: TemplateDocument): string[] {
  const before = new Map(Object.entries(stored));
  const after = new Map(Object.entries(offered));
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)),
  );
}

async function toRegisteredPlan(db: Queryable, row: RevisionRow): Promise<RegisteredPlan> {
  const plan = compilePlan(row.document);
  const queues = await ensureQueues(db, row.namespace_id, plan);
  return { revisionId: row.id, revision: row.number, plan, queues };
}
