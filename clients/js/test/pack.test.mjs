// The package as `npm pack` makes it, in an empty project.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'account-client-'));
after(() => rmSync(project, { recursive: true }));
const run = (command, ...options) => execFileSync(command, options, { cwd: project, encoding: 'utf8' });

// Without scripts, because another test may use `dist` meanwhile.
const [{ files, filename }] = JSON.parse(run('npm', 'pack', here('..'), '--json', '--ignore-scripts'));

test('the package has the built files, its documents, and nothing else', () => {
  const paths = files.map(({ path }) => path).sort();
  const others = paths.filter((path) => !/^dist\/[a-z-]+(\.d\.ts|\.js)$/.test(path));
  assert.deepEqual(others, ['LICENSE', 'README.md', 'package.json']);
  assert.ok(paths.includes('dist/index.js') && paths.includes('dist/index.d.ts'));
  const { dependencies, exports } = JSON.parse(readFileSync(here('../package.json')));
  assert.equal(dependencies, undefined);
  assert.ok(paths.includes(exports['.'].default.slice(2)) && paths.includes(exports['.'].types.slice(2)));
});

test('it installs without a registry, runs in Node and has types', () => {
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', `./${filename}`);
  const script = `import * as all from 'account-client'; console.log(Object.keys(all).sort().join());`;
  assert.equal(
    run('node', '--input-type=module', '--eval', script).trim(),
    'browserStorage,createAccountClient,memoryStorage,storageKeys',
  );

  copyFileSync(here('usage.ts'), join(project, 'usage.ts'));
  const tsc = here('../node_modules/.bin/tsc');
  for (const [module, resolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
    const options = { module, moduleResolution: resolution, strict: true, noEmit: true, types: [], lib: ['es2022', 'dom'] };
    const config = { compilerOptions: { ...options, exactOptionalPropertyTypes: true }, files: ['usage.ts'] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
    run(tsc);
  }
});
