import type { TaskList, TemplateSummary } from '@tasker/contract/wire';
import type { FastifyInstance } from 'fastify';
import { invoke } from '../../operations/invoke.ts';
import type { RequestContext } from '../../operations/request-context.ts';
import type { Services } from '../../operations/services.ts';
import { listTasks } from '../../operations/task/list-tasks.ts';
import { listTemplates } from '../../operations/template/list-templates.ts';
import { templateGraph } from '../../operations/template/template-graph.ts';
import { readVersion } from '../../version.ts';
import { type Html, html, trusted } from './html.ts';
import { style } from './style.ts';

/** `GET /`: what runs here, for a person with nothing but a browser. */
export function serveStartPage(app: FastifyInstance, services: Services, prefix: string): void {
  const version = readVersion();
  const draw = createDrawings(services);
  app.get('/', async (request, reply) => {
    const page = await startPage(services, request.context, draw, prefix, version);
    void reply.header('content-security-policy', policy).type('text/html; charset=utf-8');
    return page.text;
  });
}

const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
/** Graphs drawn; the others are links. */
const mostGraphs = 12;
/** Of a graph that is drawn: one of a thousand takes a second, in which nobody else is answered, and nobody could read it. */
const mostSteps = 100;

async function startPage(
  services: Services,
  context: RequestContext,
  draw: Draw,
  prefix: string,
  version: string,
): Promise<Html> {
  const [{ templates, next_cursor: next }, { tasks }] = await Promise.all([
    invoke(listTemplates, services, {}, context),
    invoke(listTasks, services, { limit: 20 }, context),
  ]);
  const newest = newestVersions(templates);
  const shown = newest.slice(0, mostGraphs);
  const drawings = await draw(shown, context);
  const figures = shown.map((template, index) => figure(template, drawings[index] ?? '', prefix));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Tasker</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <header>
          <h1>Tasker <small>${version}</small></h1>
          <nav>
            <a href="${prefix}/docs">API reference</a>
            <a href="${prefix}/openapi.json">openapi.json</a>
            <a href="${prefix}/health/status">Health</a>
            <a href="${prefix}/workers">Workers</a>
            <a href="${prefix}/metrics">Metrics</a>
          </nav>
        </header>
        <main>
          <section>
            <h2>Latest tasks</h2>
            ${tasks.length === 0 ? nothing(prefix) : taskTable(tasks, prefix)}
          </section>
          <section>
            <h2>Templates</h2>
            ${newest.length === 0 ? html`<p>None is registered yet.</p>` : html`<div class="graphs">${figures}</div>`}
            ${others(newest.slice(mostGraphs), prefix)}
            ${next === null ? '' : html`<p><a href="${prefix}/templates?cursor=${next}">More</a></p>`}
          </section>
        </main>
      </body>
    </html> `;
}

/** The list has the latest version of each first. */
function newestVersions(templates: readonly TemplateSummary[]): TemplateSummary[] {
  const seen = new Set<string>();
  return templates.filter(({ namespace, name }) => {
    const key = `${namespace}/${name}`;
    return !seen.has(key) && seen.add(key);
  });
}

type Draw = (templates: readonly TemplateSummary[], context: RequestContext) => Promise<string[]>;

/** Remembers what the page has shown last: the content of a revision stays as it is. */
function createDrawings(services: Services): Draw {
  let known = new Map<string, string>();
  return async (templates, context) => {
    const drawn = await Promise.all(
      templates.map(async (template) => {
        const key = keyOf(template);
        return [key, known.get(key) ?? (await drawGraph(services, context, template))] as const;
      }),
    );
    known = new Map(drawn);
    return drawn.map(([, drawing]) => drawing);
  };
}

const keyOf = ({ namespace, name, version, revision }: TemplateSummary) =>
  `${namespace}/${name}@${version}#${revision}`;

/** Empty: it is too large. */
async function drawGraph(services: Services, context: RequestContext, template: TemplateSummary): Promise<string> {
  const { namespace, name, version, revision, step_count: steps } = template;
  if (steps > mostSteps) return '';
  const wanted = { namespace, name, version, revision, format: 'svg' } as const;
  return (await invoke(templateGraph, services, wanted, context)).drawing ?? '';
}

function figure(template: TemplateSummary, drawing: string, prefix: string): Html {
  const { namespace, name, version, description, step_count } = template;
  const link = html`<a href="${templatePath(template, prefix)}/graph?format=svg">Its graph</a>`;
  return html`<figure>
    <figcaption>
      <a href="${templatePath(template, prefix)}">${namespace}/${name}</a> <small>${version} · ${stepCount(step_count)}</small>
      ${description === null ? '' : html`<p>${description}</p>`}
    </figcaption>
    <div class="drawing">${drawing === '' ? link : trusted(drawing)}</div>
  </figure>`;
}

function stepCount(count: number): string {
  return count === 1 ? '1 step' : `${count} steps`;
}

function others(templates: readonly TemplateSummary[], prefix: string): Html {
  if (templates.length === 0) return html``;
  const items = templates.map(
    (template) => html`<li><a href="${templatePath(template, prefix)}">${template.namespace}/${template.name}</a></li>`,
  );
  return html`<ul>${items}</ul>`;
}

function templatePath({ namespace, name }: TemplateSummary, prefix: string): string {
  return `${prefix}/templates/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

function nothing(prefix: string): Html {
  return html`<p>
    None yet. Submit one with <code>tasker task submit NAMESPACE/NAME</code> or <code>POST ${prefix}/tasks</code>.
  </p>`;
}

function taskTable(tasks: TaskList['tasks'], prefix: string): Html {
  const rows = tasks.map(
    (task) => html`<tr>
      <td><a href="${prefix}/tasks/${task.task_id}"><code>${task.task_id}</code></a></td>
      <td>${task.namespace}/${task.name}@${task.version}</td>
      <td><span class="status ${task.status}">${task.status}</span></td>
      <td><time datetime="${task.created_at}">${task.created_at.slice(0, 19).replace('T', ' ')} UTC</time></td>
      <td>
        <a href="${prefix}/tasks/${task.task_id}/graph?format=svg">graph</a>
        <a href="${prefix}/tasks/${task.task_id}/explain">why</a>
      </td>
    </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th>Task</th>
        <th>Template</th>
        <th>Status</th>
        <th>Submitted</th>
        <th></th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}
