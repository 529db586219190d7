import { userInfo } from 'node:os';

/** Who gives a command, for history: as they say, else as the system knows them. */
export function actorName(said: string | undefined): string {
  if (said !== undefined) return said;
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return 'operator';
  }
}
