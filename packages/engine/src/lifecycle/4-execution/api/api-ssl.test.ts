import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../../test/attempts/service.ts';
import { stepContextOf } from '../../../../test/attempts/step-context-of.ts';
import { testCertificate } from '../../../../test/attempts/test-certificate.ts';
import { type ApiSsl, tlsOptions } from './api-ssl.ts';
import { defineApiHandler } from './define-api-handler.ts';

/** What a handler gets from a service whose certificate nobody knows. */
async function ask(ssl: ApiSsl): Promise<unknown> {
  const server = createServer(testCertificate, (_, response) => response.end('in confidence'));
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const processResults = (response: { readonly body: unknown }) => response.body;
  const handler = defineApiHandler('ask', { url: `https://127.0.0.1:${port}`, ssl, processResults }, ({ api }) =>
    api.get('/'),
  );
  return new handler().call(stepContextOf());
}

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tasker-ssl-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'certificate.pem');
  await writeFile(file, text);
  return file;
}

describe('a service with a certificate', () => {
  it('has to prove who it is', async () => {
    await expect(ask({})).rejects.toThrow('self-signed certificate');
    await expect(ask({ ca: testCertificate.cert })).rejects.toThrow("does not match certificate's altnames");
  });

  it('is trusted when it is known, by text or by file, under the name in its certificate', async () => {
    const serverName = 'service.test';
    expect(await ask({ ca: testCertificate.cert, serverName })).toBe('in confidence');
    expect(await ask({ caFile: await fileWith(testCertificate.cert), serverName })).toBe('in confidence');
  });

  it('is trusted blindly when that is asked for', async () => {
    expect(await ask({ verify: false })).toBe('in confidence');
  });

  it('is not asked when a file is missing', async () => {
    await expect(ask({ caFile: '/nowhere/ca.pem' })).rejects.toThrow('ENOENT');
  });

  it('is shown who asks, by certificate and key', async () => {
    const keyFile = await fileWith(testCertificate.key);
    expect(await tlsOptions({ cert: testCertificate.cert, keyFile, passphrase: 'p' })).toEqual({
      rejectUnauthorized: true,
      ...testCertificate,
      passphrase: 'p',
    });
  });
});
