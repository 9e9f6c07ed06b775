import type { z } from 'zod';
import type { Finding } from './problem.js';
import {
  fieldRequired,
  listTooLong,
  listTooShort,
  literalError,
  notADict,
  notAList,
  notAModel,
  notAString,
  notMultipleOf,
  notNone,
  numberTooBig,
  numberTooSmall,
  patternMismatch,
  stringTooLong,
  stringTooShort,
  valueError,
} from './pydantic-findings.js';
import { uuidFinding } from './pydantic-formats.js';
import { booleanFinding, floatFinding, integerFinding } from './pydantic-scalars.js';
import type { SchemaKind } from './schema-at.js';

/** Returns pydantic's error for a zod issue. `value` is the invalid value, `kind` the expected schema. */
export function issueFinding(issue: z.core.$ZodIssue, value: unknown, kind: SchemaKind | undefined): Finding {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue, value, kind);
    case 'too_big':
      return tooBig(issue, value);
    case 'too_small':
      return tooSmall(issue, value);
    case 'invalid_format':
      return wrongFormat(issue, value);
    case 'not_multiple_of':
      return notMultipleOf(issue.divisor);
    case 'invalid_value':
      // zod's stringbool reports its words as a literal.
      return kind?.type === 'boolean' ? booleanFinding(value) : literalError(issue.values);
    case 'custom':
      return (issue.params?.['finding'] as Finding | undefined) ?? valueError(issue.message);
    default:
      return valueError(issue.message);
  }
}

function wrongType(issue: z.core.$ZodIssueInvalidType, value: unknown, kind: SchemaKind | undefined): Finding {
  switch (issue.expected) {
    case 'string':
      return notText(value, kind);
    case 'int':
      return integerFinding(value);
    case 'number':
      return isInteger(kind) ? integerFinding(value) : floatFinding(value);
    case 'boolean':
      return booleanFinding(value);
    case 'array':
    case 'tuple':
      return notAList;
    case 'record':
    case 'map':
      return notADict;
    case 'object':
      return notAModel;
    case 'null':
      return notNone;
    case 'nonoptional':
      return fieldRequired;
    default:
      return valueError(issue.message);
  }
}

function notText(value: unknown, kind: SchemaKind | undefined): Finding {
  if (kind?.type === 'boolean') return booleanFinding(value);
  if (kind?.formats.includes('uuid')) return uuidFinding(value);
  return notAString;
}

function isInteger(kind: SchemaKind | undefined): boolean {
  return kind?.formats.some((format) => format.includes('int')) ?? false;
}

function tooBig(issue: z.core.$ZodIssueTooBig, value: unknown): Finding {
  const limit = Number(issue.maximum);
  if (issue.origin === 'string') return stringTooLong(limit);
  if (Array.isArray(value)) return listTooLong(limit, value.length);
  return numberTooBig(limit, issue.inclusive ?? true);
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, value: unknown): Finding {
  const limit = Number(issue.minimum);
  if (issue.origin === 'string') return stringTooShort(limit);
  if (Array.isArray(value)) return listTooShort(limit, value.length);
  return numberTooSmall(limit, issue.inclusive ?? true);
}

function wrongFormat(issue: z.core.$ZodIssueInvalidStringFormat, value: unknown): Finding {
  if (issue.format === 'uuid' || issue.format === 'guid') return uuidFinding(value);
  return patternMismatch(source(issue.pattern ?? issue.format));
}

/** Returns the source of a pattern. zod writes a pattern as a JavaScript literal, `/…/flags`. */
function source(pattern: string): string {
  return /^\/(.*)\/[a-z]*$/s.exec(pattern)?.[1] ?? pattern;
}
