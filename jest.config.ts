/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

/** Packages published as ES modules only; jest runs CommonJS, so they are transformed like our own code. */
const esmOnly = ['jose', 'preact', 'preact-render-to-string'];

const swc = (syntax: 'typescript' | 'ecmascript'): [string, Record<string, unknown>] => [
  '@swc/jest',
  {
    jsc: {
      target: 'es2023',
      parser: { syntax, tsx: syntax === 'typescript' },
      transform: { react: { runtime: 'automatic', importSource: 'preact' } },
    },
    module: { type: 'commonjs' },
  },
];

const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/tools', '<rootDir>/tests'],
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  modulePathIgnorePatterns: ['/dist/'],
  globalSetup: '<rootDir>/tests/stores/setup.ts',
  globalTeardown: '<rootDir>/tests/stores/teardown.ts',
  moduleNameMapper: {
    '^@crossroads/sandbox$': '<rootDir>/apps/sandbox/src/index.ts',
    '^@crossroads/([^/]+)/([^/]+)$': '<rootDir>/libs/$1/src/$2/index.ts',
    '^@crossroads/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.tsx?$': process.env['MUTANT_FILE'] === undefined ? swc('typescript') : ['<rootDir>/tests/mutants/mutating-transform.cjs', swc('typescript')[1]], '/node_modules/.+\\.m?js$': swc('ecmascript') },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  // One a core: tests wait for stores and processes more than they work, and jest leaves a core free.
  maxWorkers: '100%',
  // Not what a test may take but what a busy machine may take over it; it ends what hangs.
  testTimeout: 60_000,
  coverageProvider: 'v8',
};

export default config;
