import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { codeBlocksIn } from '../docs/documents.js';

/** An empty project with the package as npm would publish it. */
let project: string;
let installed: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'crossroads-client-'));
  installed = join(project, 'node_modules/@crossroads/client');
  mkdirSync(installed, { recursive: true });
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', project], { cwd: 'libs/client', encoding: 'utf8' })) as [{ filename: string }];
  execFileSync('tar', ['-xzf', join(project, filename), '-C', installed, '--strip-components=1']);
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
}, 120_000);

afterAll(() => rmSync(project, { recursive: true }));

const files = (ending: string): string[] =>
  readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom |^import |\bimport\(|\brequire\()'([^']+)'/gm)].map(([, name]) => name!);

/** Returns the module and all modules that it imports. */
const modulesOf = (file: string, reached = new Set<string>()): Set<string> => {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const name of importsOf(file)) if (name.startsWith('.')) modulesOf(resolve(dirname(file), name), reached);
  return reached;
};

describe('the package', () => {
  test('has code, types, README and command, and no dependencies', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(manifest).filter((name) => /dependencies$/i.test(name))).toEqual([]);
    const kinds = new Set(files('').filter((name) => name.includes('.')).map((name) => name.slice(name.indexOf('.'))));
    expect([...kinds].toSorted()).toEqual(['.command.d.ts', '.command.js', '.d.ts', '.js', '.json', '.md']);
  });

  test('imports only its own modules; only the command line imports Node modules', () => {
    const imported = [...files('.js'), ...files('.d.ts')].flatMap((file) => importsOf(join(installed, file)).filter((name) => !name.startsWith('.')));
    expect(imported.filter((name) => !name.startsWith('node:'))).toEqual([]);
    const library = [...modulesOf(join(installed, 'dist/index.js'))];
    expect(library.length).toBeGreaterThan(10);
    expect(library.flatMap(importsOf).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  test('runs in an empty project, with its command', () => {
    const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
    expect(run('--input-type=module', '-e', `import { createClient } from '@crossroads/client'; console.log(typeof createClient({ baseUrl: 'http://localhost', apiKey: 'k' }).reset)`)).toBe('function\n');
    expect(run(join(installed, 'bin/crossroads.js'), '--help')).toContain('reset');
  });

  test('has complete types for each example of its README', () => {
    symlinkSync(resolve('node_modules/@types'), join(project, 'node_modules/@types'));
    symlinkSync(resolve('node_modules/undici-types'), join(project, 'node_modules/undici-types'));
    const examples = codeBlocksIn(readFileSync(join(installed, 'README.md'), 'utf8')).filter(({ language }) => language === 'js');
    expect(examples.length).toBeGreaterThan(3);
    examples.forEach(({ text }, index) => writeFileSync(join(project, `example-${index}.mts`), text.replaceAll('process.env.CROSSROADS_API_KEY', `'key'`)));
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', lib: ['es2023'], types: ['node'], skipLibCheck: false, exactOptionalPropertyTypes: true }, include: ['*.mts'] }),
    );
    execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', project], { encoding: 'utf8', stdio: 'pipe' });
  }, 120_000);
});
