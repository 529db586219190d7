import type { TemplateDocument } from '@tasker/contract';
import { LRUCache } from 'lru-cache';
import { TemplateConflict, TemplateNotFound, TooManyGraphs } from '../../errors.ts';
import { compilePlan } from '../../graph/compile-plan.ts';
import type { GraphChange } from '../../graph/graph-change.ts';
import type { Plan } from '../../graph/plan.ts';
import type { RegisteredPlan } from '../../graph/registered-plan.ts';
import { latestFirst } from '../../graph/version-order.ts';
import type { Database, Queryable } from '../../postgres/database.ts';
import { diffTemplates } from './diff-templates.ts';
import {
  findDerived,
  findNewestRevision,
  findRevision,
  findVersions,
  lockRevision,
  type RevisionRow,
} from './find-revision.sql.ts';
import { withGraphChange } from './own-graph.ts';
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
  /**
   * The plan of a task whose graph is not quite that of its template. Equal graphs share one revision, which is kept as
   * long as a task has it.
   *
   * @throws {InvalidTemplate} {TooManyGraphs}
   */
  derive(base: RegisteredPlan, change: GraphChange): Promise<RegisteredPlan>;
  /** Forgets derived plans: some of them are no longer stored. */
  forgetDerived(): void;
  /** Forgets which revision is the newest: another process registered one. */
  refresh(): void;
}

/** Plans kept compiled; a revision never changes, so they are dropped for room only. */
const plansKept = 1000;
/** How long a process may not notice that another registered a newer version or revision. */
const versionsFreshMs = 5_000;

/** What a plan store may be told. */
export interface PlanStoreOptions {
  /** Hears of every registration here, after its commit. */
  readonly onRegistered?: (registration: Registration) => void;
  /** Hears that there are steps whose handlers workers may not have looked for yet. */
  readonly onNewQueues?: () => void;
  /** How many graphs of their own the tasks of one template revision may have. Default 1,000. */
  readonly graphsPerTemplate?: number;
}

/** A registration that is committed. */
export interface Registration {
  readonly registered: RegisteredPlan;
  /** `replaced`: other content was there before, under the same version. */
  readonly change: 'registered' | 'replaced' | 'unchanged';
}

export function createPlanStore(db: Database, options: PlanStoreOptions = {}): PlanStore {
  const { onRegistered, onNewQueues, graphsPerTemplate = 1000 } = options;
  const plans = new LRUCache<number, RegisteredPlan>({ max: plansKept });
  const newest = new LRUCache<string, Promise<RegisteredPlan>>({ max: plansKept, ttl: versionsFreshMs });
  /** By the revision they come from and what was changed: finding out again costs as much as compiling. */
  const derived = new LRUCache<string, Promise<RegisteredPlan>>({ max: plansKept });

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
    const found =
      version === 'latest'
        ? versions.toSorted((one, other) => latestFirst(one.version, other.version))[0]
        : versions.find((each) => each.version === version);
    if (found === undefined) throw new TemplateNotFound(namespace, name, version);
    return load(found.revision_id);
  }

  async function derive(base: RegisteredPlan, change: GraphChange): Promise<RegisteredPlan> {
    const row = await findRevision(db, base.revisionId);
    if (row === undefined) throw new Error(`revision ${base.revisionId} is missing`);
    const document = withGraphChange(row.document, change);
    const plan = compilePlan(document);
    if (plan.hash === base.plan.hash) return base;
    const registered = await db.transaction((tx) => saveDerived(tx, base, plan, document, graphsPerTemplate));
    if (registered.queues.some((queue) => !base.queues.includes(queue))) onNewQueues?.();
    return remember(registered);
  }

  return {
    async register(offered, { replace = false } = {}) {
      const document = readTemplate(offered);
      const plan = compilePlan(document);
      const registration = await db.transaction((tx) => save(tx, plan, document, replace));
      newest.clear();
      const registered = remember(registration.registered);
      onRegistered?.(registration);
      return registered;
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
    derive(base, change) {
      const key = `${base.revisionId} ${JSON.stringify(change)}`;
      const known = derived.get(key);
      if (known) return known;
      const deriving = derive(base, change);
      derived.set(key, deriving);
      deriving.catch(() => derived.delete(key));
      return deriving;
    },
    forgetDerived: () => derived.clear(),
    refresh: () => newest.clear(),
  };
}

async function save(tx: Queryable, plan: Plan, document: TemplateDocument, replace: boolean): Promise<Registration> {
  const template = await lockTemplate(tx, plan);
  const current = await findNewestRevision(tx, template.id);
  const queues = await ensureQueues(tx, template.namespace_id, plan);
  if (current?.hash === plan.hash) {
    return { registered: { revisionId: current.id, revision: current.number, plan, queues }, change: 'unchanged' };
  }
  if (current !== undefined && !replace) {
    throw new TemplateConflict(plan.namespace, plan.name, plan.version, differingPaths(current.document, document));
  }
  const { id, number } = await insertPlan(tx, template.id, plan, JSON.stringify(document), queues);
  return {
    registered: { revisionId: id, revision: number, plan, queues },
    change: current === undefined ? 'registered' : 'replaced',
  };
}

/** Two processes at once wait for each other at the revision that both graphs come from. */
async function saveDerived(
  tx: Queryable,
  base: RegisteredPlan,
  plan: Plan,
  document: TemplateDocument,
  most: number,
): Promise<RegisteredPlan> {
  const row = await lockRevision(tx, base.revisionId);
  if (row === undefined) throw new Error(`revision ${base.revisionId} is missing`);
  const queues = await ensureQueues(tx, row.namespace_id, plan);
  const place = { derivedFrom: row.id, revision: row.number, plan, queues };
  const { id, kept } = await findDerived(tx, row.id, plan.hash);
  if (id !== undefined) return { ...place, revisionId: id };
  if (kept >= most) throw new TooManyGraphs(`${plan.namespace}/${plan.name}@${plan.version}`, most);
  const revision = await insertPlan(tx, row.template_id, plan, JSON.stringify(document), queues, row.id);
  return { ...place, revisionId: revision.id };
}

/** Enough to see what it is about. */
const pathsNamed = 10;

function differingPaths(stored: TemplateDocument, offered: TemplateDocument): string[] {
  const paths = diffTemplates(stored, offered).map(({ path }) => path);
  if (paths.length <= pathsNamed) return paths;
  return [...paths.slice(0, pathsNamed), `and ${paths.length - pathsNamed} more`];
}

async function toRegisteredPlan(db: Queryable, row: RevisionRow): Promise<RegisteredPlan> {
  const plan = compilePlan(row.document);
  const queues = await ensureQueues(db, row.namespace_id, plan);
  const registered = { revisionId: row.id, revision: row.number, plan, queues };
  return row.derived_from === null ? registered : { ...registered, derivedFrom: row.derived_from };
}
