import { randomUUID } from 'node:crypto';
import { type Client, clientOver, type OperationName, type OutputOf } from '@tasker/client';
import type { Tasker } from '@tasker/engine';
import { createServices, invoke, operations, type Services } from '@tasker/server/operations';

/** A client of the engine in this process: it carries out the very operations that the server would. */
export function localClient(tasker: Tasker): Client {
  const services = createServices({ tasker });
  return clientOver({
    call: (name, input) => carryOut(services, name, input),
    pollMs: 100,
  });
}

/** The one place where what an operation answers is believed to be what the client expects of it. */
function carryOut<Name extends OperationName>(services: Services, name: Name, input: object): Promise<OutputOf<Name>>;
function carryOut(services: Services, name: OperationName, input: object): Promise<unknown> {
  const operation = operations.find((each) => each.name === name);
  if (operation === undefined) throw new Error(`there is no operation ${name}`);
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  return invoke(operation, services, given, { correlationId: randomUUID(), principal: null });
}
