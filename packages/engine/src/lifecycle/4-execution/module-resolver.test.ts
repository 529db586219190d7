import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stepContextOf } from '../../../test/attempts/step-context-of.ts';
import { HandlerRegistry } from './handler-registry.ts';
import { createModuleResolver, type HandlerModules, type ModuleResolver } from './module-resolver.ts';

/** A folder with the given files, gone after the test. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tasker-modules-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const charge = 'export class Charge { call() { return "charged"; } }\nexport default () => "the default";\n';
const shopPackage = {
  'node_modules/@shop/handlers/package.json':
    '{"name":"@shop/handlers","type":"module","exports":{".":"./i.js","./late":"./late.js"}}',
  'node_modules/@shop/handlers/i.js': 'export const ship = () => "shipped";\n',
  'node_modules/@shop/handlers/late.js': 'export const ship = () => "shipped late";\n',
};

function registryWith(resolver: ModuleResolver): HandlerRegistry {
  return new HandlerRegistry([resolver]);
}

async function answerOf(handlers: HandlerRegistry, callable: string): Promise<unknown> {
  await handlers.prepare([{ callable }]);
  return handlers.bind({ callable, method: 'call', config: {} }).call(stepContextOf());
}

async function answerIn(modules: HandlerModules, callable: string): Promise<unknown> {
  return answerOf(registryWith(createModuleResolver(modules)), callable);
}

describe('handlers that modules export', () => {
  it('TC-38: are imported from the folder that is set, by name or as the default', async () => {
    const folder = await folderWith({ 'charge.js': charge, 'deeper/ship.mjs': 'export const Ship = () => "shipped";' });
    expect(await answerIn({ folder }, './charge.js#Charge')).toBe('charged');
    expect(await answerIn({ folder }, './charge.js')).toBe('the default');
    expect(await answerIn({ folder }, './deeper/ship.mjs#Ship')).toBe('shipped');
    expect(await answerIn({ folder }, './deeper/../charge.js#Charge')).toBe('charged');
  });

  it('are imported from packages that are allowed, and their subpaths', async () => {
    const folder = await folderWith(shopPackage);
    const modules = { folder, packages: ['@shop/handlers'] };
    expect(await answerIn(modules, '@shop/handlers#ship')).toBe('shipped');
    expect(await answerIn(modules, '@shop/handlers/late#ship')).toBe('shipped late');
    await expect(answerIn({ folder }, '@shop/handlers#ship')).rejects.toThrow(
      '`handlerModules.packages` allows no packages, and not @shop/handlers',
    );
  });

  it('are imported from beside a template that was given as a file, wherever that lies', async () => {
    const folder = await folderWith({ ...shopPackage, 'handlers/charge.js': charge, 'templates/order.yaml': '' });
    const resolver = createModuleResolver();
    resolver.allow(['../handlers/charge.js#Charge', '@shop/handlers#ship'], join(folder, 'templates/order.yaml'));
    const handlers = registryWith(resolver);
    expect(await answerOf(handlers, '../handlers/charge.js#Charge')).toBe('charged');
    expect(await answerOf(handlers, '@shop/handlers#ship')).toBe('shipped');
  });

  it('are not imported when nobody allowed it: a template may have come from anywhere', async () => {
    await expect(answerOf(registryWith(createModuleResolver()), './charge.js#Charge')).rejects.toThrow(
      'modules are imported only from the folder in `handlerModules`, which is not set',
    );
  });

  it('are not imported from outside the folder, not even through a link', async () => {
    const folder = await folderWith({ 'inside/ok.js': charge, 'outside.js': charge });
    await symlink(join(folder, 'outside.js'), join(folder, 'inside/link.js'));
    const inside = { folder: join(folder, 'inside') };
    expect(await answerIn(inside, './ok.js#Charge')).toBe('charged');
    for (const callable of ['../outside.js#Charge', './link.js#Charge']) {
      await expect(answerIn(inside, callable)).rejects.toThrow('lies outside the folder of `handlerModules`');
    }
  });

  it('are missing with the reason, when the module or the export is', async () => {
    const folder = await folderWith({
      'charge.js': charge,
      'broken.js': 'throw new Error("no licence");',
      'odd.js': 'export const odd = 7;',
    });
    await expect(answerIn({ folder }, './nowhere.js#Charge')).rejects.toThrow('no such file');
    await expect(answerIn({ folder }, './charge.js#Refund')).rejects.toThrow(
      './charge.js exports no `Refund`; it exports Charge, default',
    );
    await expect(answerIn({ folder }, './broken.js#Charge')).rejects.toThrow('no licence');
    await expect(answerIn({ folder }, './odd.js#odd')).rejects.toThrow('`odd` of ./odd.js must be a function');
    await expect(answerIn({ folder }, './charge.js#toString')).rejects.toThrow('exports no `toString`');
  });

  it('are not guessed between two templates that say the same and mean different modules', () => {
    const resolver = createModuleResolver();
    resolver.allow(['./x.js#X'], '/templates/one/a.yaml');
    resolver.allow(['./x.js#X', 'by.name'], '/templates/one/b.yaml');
    expect(() => resolver.allow(['by.name', './x.js#X'], '/templates/two/c.yaml')).toThrow(
      '`./x.js#X` means one module in /templates/one/b.yaml and another in /templates/two/c.yaml.',
    );
  });

  it.each(['shop.charge', 'A::B', 'payments:stripe:refund', 'module.js#X', '@nothing', '...'])(
    'are not looked for behind names of another form: %s',
    (callable) => {
      expect(createModuleResolver({ folder: '.' }).canResolve(callable)).toBe(false);
    },
  );
});
