import type { MortalProcess, Role } from './mortal-process.ts';

/** What happens on the way of a refund, as whoever stands between the processes sees it. */
export type Sight =
  /** The ticket is on its way to the support team's server. */
  | 'ticket arriving'
  /** It is in the database, and the answer is on its way. */
  | 'ticket accepted'
  /** The refund is on its way to the payments team's server. */
  | 'refund arriving'
  | 'refund accepted'
  /** The support team's worker asks what has become of the refund. */
  | 'outcome awaited'
  /** The payments team's worker is in its first step. */
  | 'payment looked up'
  /** The money has moved, and nobody knows but the gateway. */
  | 'money moved';

export interface Moment {
  readonly name: string;
  readonly sight: Sight;
  readonly victim: Role;
  /** So often, each time that it is seen. Default 1. */
  readonly times?: number;
  /** The successor is killed while it starts. */
  readonly alsoSuccessor?: boolean;
  /** What is seen goes on meanwhile, and whoever is quicker is quicker. */
  readonly inMidst?: boolean;
  /** The support team waits for the outcome: it is held back until somebody asks for it. */
  readonly waits?: boolean;
}

/** Kills, once a moment has come for the payment that it is to befall. */
export interface Moments {
  /** Kills who is to die at this sight, and resolves to whether nothing must come of what was seen. */
  see(sight: Sight, paymentId: string): Promise<boolean>;
  /** Resolves when it has befallen the payment, and everybody is at work again. */
  past(paymentId: string): Promise<void>;
}

export function createMoments(
  moments: ReadonlyMap<string, Moment>,
  processes: Readonly<Record<Role, MortalProcess>>,
): Moments {
  const open = new Map(
    [...moments].map(([paymentId, moment]) => [paymentId, { moment, left: moment.times ?? 1, ...signal() }]),
  );

  return {
    async see(sight, paymentId) {
      const entry = open.get(paymentId);
      if (sight === 'payment looked up' && entry?.moment.waits === true) await entry.given;
      if (entry === undefined || entry.left === 0 || entry.moment.sight !== sight) return false;
      entry.left -= 1;
      const { victim, alsoSuccessor = false } = entry.moment;
      const dead = alsoSuccessor ? processes[victim].killTwice() : processes[victim].kill();
      const told = dead.then(() => {
        if (entry.left === 0) entry.give();
        return true;
      });
      return entry.moment.inMidst === true ? false : told;
    },
    async past(paymentId) {
      const entry = open.get(paymentId);
      if (entry === undefined) return;
      await entry.given;
      await processes[entry.moment.victim].ready();
    },
  };
}

function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
