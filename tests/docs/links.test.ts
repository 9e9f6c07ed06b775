import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { sagaCodes } from '@crossroads/contract';
import { intakeCodes } from '../../apps/intake/src/docs/codes.js';
import { operatorCodes } from '../../apps/ops/src/http/codes.js';
import { documents, exists, files, top } from './documents.js';

const pages = documents();
const ours = files();

describe.each(pages)('$path', ({ path, links, codes, anchors }) => {
  test('has no broken links', () => {
    const broken = links.filter((link) => {
      if (/^(https?|mailto):/.test(link)) return false;
      const [file, anchor] = link.split('#') as [string, string | undefined];
      const target = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file)));
      if (!exists(target)) return true;
      if (anchor === undefined) return false;
      return !(target === path ? anchors : (pages.find((page) => page.path === target)?.anchors ?? new Set())).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('names files that exist', () => {
    const named = codes.filter((code) => isPath(code) || /^[\w-]+(\.[\w-]+)*\.(ts|tsx|mjs)$/.test(code));
    expect(named.filter((name) => !(name.includes('/') ? exists(name) : ours.some((file) => basename(file) === name)))).toEqual([]);
  });

  test('names settings and constants that exist', () => {
    const named = codes.filter((code) => /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code) && !foreignSettings.has(code));
    expect(named.filter((name) => !source.includes(name))).toEqual([]);
  });

  test('names codes that the code can throw', () => {
    const named = codes.filter((code) => families.has(/^([a-z]+)\.[a-z_]+$/.exec(code)?.[1] ?? '') && !notErrorCodes.has(code));
    expect(named.filter((code) => !known.has(code))).toEqual([]);
  });
});

/** Returns whether a code span is a path from the root of the repository without placeholders. Compiled files are excluded. */
const isPath = (code: string): boolean => /^(apps|libs|docs|tests|scripts|tools|deploy)\/[\w./-]+$/.test(code) && !code.includes('/dist/');

/** Settings of Node and of the OpenTelemetry SDK that a page may name. */
const foreignSettings: ReadonlySet<string> = new Set(['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_HEADERS']);

const source = ours.filter((file) => /\.(ts|tsx|mjs|ya?ml|example)$|Dockerfile$/.test(file) && !file.startsWith('tests/docs/')).map((file) => readFileSync(join(top, file), 'utf8')).join('\n');

const known: ReadonlySet<string> = new Set([...Object.keys(intakeCodes), ...Object.keys(sagaCodes), ...Object.keys(operatorCodes)]);
const families: ReadonlySet<string> = new Set([...known].map((code) => code.split('.')[0]!));

/** The type of a webhook message. */
const notErrorCodes: ReadonlySet<string> = new Set(['order.reset']);
