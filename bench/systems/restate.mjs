// Restate: a single-node server (its own log and storage) from its npm package; the service runs in this process.
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../postgres.mjs';
import { runBody } from '../workloads.mjs';
import { packageFile, packageVersion } from './parts/package-version.mjs';

// The SDK expects Promise.withResolvers, which Node 20 does not have, as soon as it is loaded.
Promise.withResolvers ??= function withResolvers() {
  const parts = {};
  parts.promise = new this((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
process.env.RESTATE_LOGGING ??= 'ERROR';
const restate = await import('@restatedev/restate-sdk');
const { connect } = await import('@restatedev/restate-sdk-clients');

export default {
  version: () => `${packageVersion('@restatedev/restate-server')}, SDK ${packageVersion('@restatedev/restate-sdk')}`,
  note: 'service handler with ctx.run steps, request and response over HTTP, default server settings on one node',
  store: 'restate',

  async start(workload) {
    const [ingress, admin, node, answering] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    const ports = { ingress, admin, node, service: answering };
    const server = startServer(ports);
    const endpoint = createServer(restate.createEndpointHandler({ services: [service(workload)] }));
    await new Promise((resolve) => endpoint.listen(ports.service, '127.0.0.1', resolve));
    await register(ports);
    const client = connect({ url: `http://127.0.0.1:${ports.ingress}` }).serviceClient({ name: 'workflow' });
    return {
      pids: { restate: server.pid },
      run: (input) => client.run(input),
      async stop() {
        endpoint.close();
        await server.stop();
      },
    };
  },
};

function startServer(ports) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tasker-bench-restate-'));
  const binary = packageFile(`@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`);
  const log = openSync(path.join(folder, 'server.log'), 'w');
  const server = spawn(binary, ['--base-dir', folder, '--no-logo'], {
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ports.ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${ports.admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${ports.node}`,
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LOG_FILTER: 'warn',
      RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT: '1000',
    },
  });
  process.once('exit', () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return {
    pid: server.pid,
    async stop() {
      const exited = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await exited;
    },
  };
}

function service(workload) {
  return restate.service({
    name: 'workflow',
    handlers: {
      async run(context, input) {
        const results = [];
        const runStep = (index) => {
          const step = workload.steps[index];
          return context.run(step.name, () =>
            runBody(
              step,
              step.parents.map((parent) => results[parent]),
              input,
            ),
          );
        };
        // Restate wants its own combinator over its own promises, so this is runLevelByLevel once more.
        for (const level of workload.levels) {
          const values =
            level.length === 1 ? [await runStep(level[0])] : await restate.RestatePromise.all(level.map(runStep));
          level.forEach((index, k) => {
            results[index] = values[k];
          });
        }
        return results[workload.last];
      },
    },
  });
}

async function register(ports) {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${ports.service}` }),
  };
  let problem;
  for (let attempt = 0; attempt < 100; attempt++) {
    problem = await fetch(`http://127.0.0.1:${ports.admin}/deployments`, request).then(
      async (response) => (response.ok ? null : response.text()),
      (error) => error.message,
    );
    if (problem === null) return;
    await sleep(200);
  }
  throw new Error(`Restate did not come up: ${problem}`);
}
