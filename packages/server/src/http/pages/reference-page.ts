import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@tasker/contract';
import type { FastifyInstance } from 'fastify';
import { RouteNotFound } from '../../errors.ts';
import { etagOf, isKnown } from '../etag.ts';
import { html } from './html.ts';

/** `GET /openapi.json`, and a page to browse it that needs nothing from elsewhere. */
export function serveReference(app: FastifyInstance, prefix: string, reference: JsonObject): void {
  const document = JSON.stringify(reference);
  const etag = etagOf(document);
  app.get(`${prefix}/openapi.json`, async (request, reply) => {
    void reply.headers({ etag, 'cache-control': 'no-cache' }).type('application/json; charset=utf-8');
    return isKnown(etag, request.headers['if-none-match']) ? reply.code(304).send() : document;
  });

  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Tasker API</title>
        <link rel="stylesheet" href="${prefix}/docs/swagger-ui.css" />
      </head>
      <body>
        <div id="reference"></div>
        <script src="${prefix}/docs/swagger-ui-bundle.js"></script>
        <script src="${prefix}/docs/start.js"></script>
      </body>
    </html> `;
  app.get(`${prefix}/docs`, async (_request, reply) => {
    void reply.header('content-security-policy', policy).type('text/html; charset=utf-8');
    return page.text;
  });

  const start = `SwaggerUIBundle({ url: '${prefix}/openapi.json', dom_id: '#reference', deepLinking: true, validatorUrl: null });`;
  app.get<{ Params: { file: string } }>(`${prefix}/docs/:file`, async (request, reply) => {
    const { file } = request.params;
    const type = assets.get(file);
    if (type === undefined) throw new RouteNotFound(request.url);
    void reply.header('cache-control', 'max-age=3600').type(type);
    return file === 'start.js' ? start : readFileSync(join(assetFolder(), file));
  });
}

const assets: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['start.js', 'text/javascript; charset=utf-8'],
]);

function assetFolder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('@fastify/swagger-ui')), 'static');
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";
