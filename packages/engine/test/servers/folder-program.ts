import { createInterface } from 'node:readline';
import { openEmbedded } from '../../src/postgres/embedded.ts';

// A program that uses the embedded database of a folder, for tests that stop, kill and race programs. Says `opened`,
// then answers each line it reads, a statement or `close`, with a line of JSON.
const [folder = ''] = process.argv.slice(2);
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);

const db = await openEmbedded(folder);
say({ opened: true });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'close') break;
  try {
    say({ rows: await db.query({ text: line }) });
  } catch (error) {
    say({ error: String(error) });
  }
}
await db.close();
say({ closed: true });
process.stdin.destroy();
