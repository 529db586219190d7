import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Answer, Shop } from './shop.ts';

/** The shop over HTTP; see README.md for the routes. */
export function createShopServer(shop: Shop): Server {
  return createServer((request, response) => {
    reply(shop, request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
}

async function reply(shop: Shop, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = await answer(shop, request);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function answer(shop: Shop, request: IncomingMessage): Promise<Answer> {
  const { method = '', url = '' } = request;
  const [, taskId, action] = /^\/demo\/orders(?:\/([^/]+)(?:\/([^/]+))?)?$/.exec(url) ?? [];
  if (method === 'POST' && url === '/demo/orders') return placeOrder(shop, await text(request));
  if (method === 'GET' && url === '/demo/orders/paid-not-shipped') return shop.listPaidNotShipped();
  if (method === 'GET' && taskId !== undefined && action === undefined) return shop.showOrder(taskId);
  if (method === 'GET' && taskId !== undefined && action === 'workflow') return shop.showWorkflow(taskId);
  if (method === 'POST' && taskId !== undefined && action === 'retry') return shop.retryOrder(taskId);
  return { status: 404, body: { error: `There is no ${method} ${url} here.` } };
}

function placeOrder(shop: Shop, body: string): Promise<Answer> | Answer {
  try {
    const order: unknown = JSON.parse(body);
    if (typeof order === 'object' && order !== null) return shop.placeOrder(order);
  } catch {
    // Answered like anything else that is no order.
  }
  return { status: 400, body: { errors: [{ field: '', message: 'must be a JSON object' }] } };
}
