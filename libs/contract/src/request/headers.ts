import { isUtf8 } from 'node:buffer';
import { isBlank, isLongerThan, MAX_CHARACTERS, PRINTABLE } from './printable-text.js';
import { type Finding, type Read, unprocessable, type ValidationDetail, validationDetail } from './problem.js';
import { fieldRequired, patternMismatch, stringTooLong, stringTooShort, valueError } from './pydantic-findings.js';

/** Who sends a request, from which of its instances, and to whom. */
export interface TenantHeaders {
  tenantName?: string;
  originInstanceName?: string;
  destTenantName: string;
}

/** `X-Tenant-Name` may be left out only by a caller whose credential already names the tenant. */
export interface TenantHeaderRules {
  tenantNameRequired: boolean;
}

/**
 * Reads the tenant headers from Node's `rawHeaders` (name, value, name, value, …), which, unlike `headers`, still shows repeats.
 *
 * Each value is 1 to 128 characters of UTF-8 without control characters; white space around it is not part of it.
 * Fails with HTTP 422: `missing`, `string_too_short`, `string_too_long`, `string_pattern_mismatch`, or `value_error` for a repeat.
 */
export function readTenantHeaders(rawHeaders: readonly string[], rules: TenantHeaderRules): Read<TenantHeaders> {
  const details: ValidationDetail[] = [];
  const read = (name: string, required: boolean): string | undefined => {
    const values = valuesOf(rawHeaders, name);
    const finding = findingFor(values, required);
    if (finding !== undefined) details.push(validationDetail(finding, ['header', name], echoOf(values)));
    return values[0];
  };
  const tenantName = read('X-Tenant-Name', rules.tenantNameRequired);
  const originInstanceName = read('X-Origin-Instance-Name', false);
  const destTenantName = read('X-Dest-Tenant-Name', true);
  if (details.length > 0 || destTenantName === undefined) return unprocessable(details);
  return {
    ok: true,
    value: {
      ...(tenantName === undefined ? {} : { tenantName }),
      ...(originInstanceName === undefined ? {} : { originInstanceName }),
      destTenantName,
    },
  };
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index] ?? '';
    if (candidate.length !== name.length || candidate.toLowerCase() !== name.toLowerCase()) continue;
    values.push(decode(rawHeaders[index + 1] ?? '').trim());
  }
  return values;
}

function findingFor(values: string[], required: boolean): Finding | undefined {
  const [value, ...repeats] = values;
  if (value === undefined) return required ? fieldRequired : undefined;
  if (repeats.length > 0) return valueError('header was given more than once');
  if (isBlank(value)) return stringTooShort(1);
  if (isLongerThan(value, MAX_CHARACTERS)) return stringTooLong(MAX_CHARACTERS);
  return PRINTABLE.test(value) ? undefined : patternMismatch(PRINTABLE.source);
}

function echoOf(values: string[]): unknown {
  return values.length > 1 ? values : (values[0] ?? null);
}

/** Node decodes header bytes as latin1, so a tenant name in UTF-8 arrives garbled; bytes that are not UTF-8 stay as Node read them. */
function decode(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}
