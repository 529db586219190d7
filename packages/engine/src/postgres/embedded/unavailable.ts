/** The embedded server cannot run here at all, and says why: no binaries, or none that start. */
export class EmbeddedUnavailable extends Error {
  override readonly name = 'EmbeddedUnavailable';
}
