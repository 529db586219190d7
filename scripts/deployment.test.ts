import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { loadConfig } from '@tasker/engine';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

// No container engine runs where the tests run: what can be known without one is that the files are well formed, fit
// together, and say nothing that the command or the engine does not understand.

const root = new URL('../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly timeoutSeconds?: number;
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources?: { readonly requests?: object; readonly limits?: { readonly memory?: string } };
  readonly securityContext?: object;
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly securityContext: object;
  readonly enableServiceLinks: boolean;
  readonly terminationGracePeriodSeconds?: number;
}

interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: object };
    readonly podSelector?: { readonly matchLabels?: object };
    readonly template?: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec };
    readonly ports?: readonly { readonly targetPort: string }[];
  };
}

interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly healthcheck?: object;
  readonly stop_grace_period?: string;
  readonly deploy?: { readonly replicas?: number };
}

const dockerfile = read('Dockerfile');
const compose = parse(read('compose.yaml'), { merge: true }) as {
  readonly services: Record<string, ComposeService>;
  readonly volumes: object;
};
const manifests = readdirSync(new URL('deploy/kubernetes', root)).flatMap((file): Manifest[] =>
  parseAllDocuments(read(`deploy/kubernetes/${file}`)).map((document) => {
    expect(document.errors).toEqual([]);
    return { file, ...(document.toJS() as Omit<Manifest, 'file'>) };
  }),
);
const workloads = manifests.flatMap((manifest) =>
  manifest.spec?.template === undefined ? [] : { ...manifest, template: manifest.spec.template },
);
const containers = workloads.flatMap(({ file, template }) =>
  template.spec.containers.map((container) => ({ file, pod: template.spec, ...container })),
);

describe('the image', () => {
  it('is described without a mistake that a linter knows', () => {
    expect(validate(dockerfile)).toEqual([]);
  });

  it('is built in stages, and runs as a user without rights in a stage that has no compiler', () => {
    expect(dockerfile.match(/^FROM .*$/gm)).toHaveLength(2);
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).not.toMatch(/npm (ci|install)/);
    expect(dockerfile).toContain('--omit=dev');
  });

  it('starts the command that the package has', () => {
    const [, entry = ''] = /^ENTRYPOINT \[.*"(packages\/cli\/[^"]+)"\]$/m.exec(dockerfile) ?? [];
    const manifest = JSON.parse(read('packages/cli/package.json')) as { bin: { tasker: string } };
    expect(entry).toBe(`packages/cli/${manifest.bin.tasker.replace('./', '')}`);
    expect(existsSync(new URL(entry, root))).toBe(true);
  });

  it('leaves out of what it is built from what is made on the spot, and nothing that the build needs', () => {
    const ignored = read('.dockerignore');
    for (const needless of ['**/node_modules', '**/dist', '.git', '.tasker']) expect(ignored).toContain(needless);
    for (const needed of ['package.json', 'package-lock.json', '.npmrc', 'packages', 'tsconfig.base.json'])
      expect(ignored.split('\n')).not.toContain(needed);
  });
});

describe('the commands that containers are given', () => {
  const commands = [
    JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[],
    ...Object.values(compose.services).flatMap(({ command }) => (command === undefined ? [] : [command])),
    ...containers.map(({ args }) => args),
  ].map((command) => command.join(' '));

  it.each([...new Set(commands)])('`tasker %s` is understood', { timeout: 60_000 }, async (command) => {
    const words = command.split(' ');
    const [name] = command.split(' --');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['packages/cli/bin/tasker.mjs', ...(name ?? '').split(' '), '--help'],
      {
        cwd: root,
      },
    );
    expect(stdout.replace(/\|[a-z]+/, '')).toContain(`Usage: tasker ${name}`);
    for (const option of words.filter((word) => word.startsWith('--'))) expect(stdout).toContain(`  ${option}`);
  });
});

describe('the environment of containers', () => {
  const environment: Record<string, string> = Object.fromEntries(
    [
      ...[...dockerfile.matchAll(/(TASKER_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
      ...Object.values(compose.services).flatMap(({ environment = {} }) => Object.entries(environment)),
      ...manifests.flatMap(({ data = {}, stringData = {} }) => Object.entries({ ...data, ...stringData })),
      ...containers.flatMap(({ env = [] }) => env.map(({ name }) => [name, 'x'])),
    ].filter(([name]) => name?.startsWith('TASKER_')),
  );

  it('has only variables that are read', async () => {
    const { origins } = await loadConfig({ env: {}, folder: '/nowhere' });
    const settings = [...origins.keys()].map(
      (key) => `TASKER_${key.replaceAll('.', '_').replace(/[A-Z]/g, '_$&').toUpperCase()}`,
    );
    const known = [...settings, 'TASKER_ENV', 'TASKER_TEMPLATES', 'TASKER_HOST', 'TASKER_PORT'];
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('is accepted by the engine', async () => {
    const substituted = {
      ...environment,
      TASKER_DATABASE_URL: 'postgres://tasker@postgres/tasker',
      TASKER_LOG_LEVEL: 'info',
    };
    const { config } = await loadConfig({ env: substituted, folder: '/nowhere' });
    expect(config).toMatchObject({ environment: 'production', database: { migrate: false } });
  });
});

describe('compose', () => {
  const { postgres, migrate, server, worker } = compose.services;

  it('starts a database, the migration, a server and two workers, in this order', () => {
    expect(Object.keys(compose.services)).toEqual(['postgres', 'migrate', 'server', 'worker']);
    expect(migrate?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    for (const service of [server, worker])
      expect(service?.depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } });
    expect(worker?.deploy?.replicas).toBe(2);
    expect(postgres?.healthcheck).toBeDefined();
  });

  it('publishes what has no authentication on the loopback address only', () => {
    expect(server?.command).toContain('--insecure');
    expect(server?.ports).toEqual(['127.0.0.1:3000:3000']);
    expect([postgres?.ports, worker?.ports, migrate?.ports]).toEqual([undefined, undefined, undefined]);
  });

  it('mounts files that there are', () => {
    const [source = ''] = worker?.volumes?.[0]?.split(':') ?? [];
    const [, , tasks = ''] = worker?.command ?? [];
    expect(existsSync(new URL(source, root))).toBe(true);
    expect(existsSync(new URL(tasks, root))).toBe(true);
    expect(Object.keys(compose.volumes)).toContain(postgres?.volumes?.[0]?.split(':')[0]);
  });

  it('gives a worker longer to stop than it takes', async () => {
    const { config } = await loadConfig({ env: {}, folder: '/nowhere' });
    expect(Number.parseInt(worker?.stop_grace_period ?? '', 10) * 1000).toBeGreaterThan(config.worker.shutdownMs);
  });
});

describe('the manifests for Kubernetes', () => {
  it('are of kinds that there are, in the versions that have them', () => {
    const versions: Record<string, string> = {
      ConfigMap: 'v1',
      Secret: 'v1',
      Service: 'v1',
      Deployment: 'apps/v1',
      Job: 'batch/v1',
      PodDisruptionBudget: 'policy/v1',
      NetworkPolicy: 'networking.k8s.io/v1',
    };
    expect(manifests.map(({ kind, apiVersion }) => [kind, apiVersion])).toEqual(
      manifests.map(({ kind }) => [kind, versions[kind]]),
    );
    expect(workloads.map(({ kind }) => kind).toSorted()).toEqual(['Deployment', 'Deployment', 'Job']);
  });

  it('run without rights, with limits, and without variables that Kubernetes makes up', () => {
    for (const { file, pod, securityContext, resources } of containers) {
      expect({ file, ...pod, securityContext, resources, runs: pod.securityContext }).toMatchObject({
        file,
        runs: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        enableServiceLinks: false,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: { cpu: expect.any(String) }, limits: { memory: expect.stringMatching(/i$/) } },
      });
    }
  });

  it('probe ports that the container has, on paths that are answered', () => {
    const [live, ready] = ['/tasker/health/live', '/tasker/health/ready'];
    for (const { file, ports, startupProbe, livenessProbe, readinessProbe } of containers) {
      if (ports === undefined) continue;
      const probes = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet);
      expect({ file, paths: probes.map((probe) => probe?.path) }).toEqual({ file, paths: [live, live, ready] });
      for (const probe of probes) expect(ports.map(({ name }) => name)).toContain(probe?.port);
    }
  });

  it('select the pods that they mean', () => {
    for (const { spec } of manifests) {
      const labels = spec?.selector?.matchLabels ?? spec?.podSelector?.matchLabels ?? (spec?.ports && spec.selector);
      if (labels === undefined) continue;
      expect(workloads.map(({ template }) => template.metadata.labels)).toContainEqual(labels);
    }
  });

  it('give a worker longer to stop than it takes', () => {
    const shutdownMs = Number(manifests.find(({ kind }) => kind === 'ConfigMap')?.data?.['TASKER_WORKER_SHUTDOWN_MS']);
    const worker = containers.find(({ args }) => args[0] === 'worker');
    expect((worker?.pod.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThan(shutdownMs);
  });

  it('refer to configuration that is there', () => {
    const there = manifests.flatMap(({ kind, metadata }) =>
      kind === 'ConfigMap' || kind === 'Secret' ? metadata.name : [],
    );
    const referred = workloads.flatMap(({ template }) =>
      [...JSON.stringify(template).matchAll(/"(?:configMapRef|secretRef)":\{"name":"([^"]+)"/g)].map(
        ([, name]) => name,
      ),
    );
    expect(referred.length).toBeGreaterThan(0);
    expect(referred.filter((name) => !there.includes(name ?? ''))).toEqual([]);
  });
});
