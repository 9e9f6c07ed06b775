import { isUtf8 } from 'node:buffer';
import { isBlank, isLongerThan, MAX_CHARACTERS, PRINTABLE } from './printable-text.js';
import { type Finding, type Read, unprocessable, type ValidationDetail, validationDetail } from '../fastapi-compat/problem.js';
import { fieldRequired, patternMismatch, stringTooLong, stringTooShort, valueError } from '../fastapi-compat/pydantic-findings.js';

/** The tenants and the instance that the headers of a request name. */
export interface CallerHeaders {
  tenantName?: string;
  originInstanceName?: string;
  destTenantName?: string;
}

/** As {@link CallerHeaders}, with a destination tenant. */
export interface TenantHeaders extends CallerHeaders {
  destTenantName: string;
}

/** `X-Tenant-Name` is optional only if the credentials already name the tenant. */
export interface TenantHeaderRules {
  tenantNameRequired: boolean;
}

/**
 * Reads the tenant headers from Node's `rawHeaders` (name, value, name, value, …). Unlike `headers`, it still has repeated headers.
 *
 * Each value is 1 to 128 characters of UTF-8 without control characters. White space around the value is removed.
 * Fails with HTTP 422: `missing`, `string_too_short`, `string_too_long`, `string_pattern_mismatch`, or `value_error` for a repeat.
 */
export function readTenantHeaders(rawHeaders: readonly string[], rules: TenantHeaderRules): Read<TenantHeaders> {
  const read = readThree(rawHeaders, { ...rules, destTenantNameRequired: true });
  return read as Read<TenantHeaders>;
}

/** Reads the tenant headers like {@link readTenantHeaders}, but `X-Dest-Tenant-Name` is optional. */
export function readCallerHeaders(rawHeaders: readonly string[], rules: TenantHeaderRules): Read<CallerHeaders> {
  return readThree(rawHeaders, { ...rules, destTenantNameRequired: false });
}

function readThree(rawHeaders: readonly string[], rules: TenantHeaderRules & { destTenantNameRequired: boolean }): Read<CallerHeaders> {
  return readHeaders(rawHeaders, (take) => ({
    tenantName: take('X-Tenant-Name', { required: rules.tenantNameRequired, finding: tenantNameFinding }),
    originInstanceName: take('X-Origin-Instance-Name', { required: false, finding: tenantNameFinding }),
    destTenantName: take('X-Dest-Tenant-Name', { required: rules.destTenantNameRequired, finding: tenantNameFinding }),
  }));
}

/** The rule for a header that may be sent once. */
export interface HeaderRule {
  required: boolean;
  /** Returns the error in the value; undefined for a valid value. */
  finding(value: string): Finding | undefined;
}

export type TakeHeader = (name: string, rule: HeaderRule) => string | undefined;

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Reads several headers and reports all their errors together. Omits headers that were not sent. */
export function readHeaders<T extends object>(rawHeaders: readonly string[], read: (take: TakeHeader) => T): Read<Given<T>> {
  const details: ValidationDetail[] = [];
  const headers = read((name, rule) => {
    const values = valuesOf(rawHeaders, name);
    const finding = findingFor(values, rule);
    if (finding !== undefined) details.push(validationDetail(finding, ['header', name], echoOf(values)));
    return values[0];
  });
  if (details.length > 0) return unprocessable(details);
  return { ok: true, value: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Given<T> };
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

function findingFor(values: string[], { required, finding }: HeaderRule): Finding | undefined {
  const [value, ...repeats] = values;
  if (value === undefined) return required ? fieldRequired : undefined;
  return repeats.length > 0 ? valueError('header was given more than once') : finding(value);
}

function tenantNameFinding(value: string): Finding | undefined {
  if (isBlank(value)) return stringTooShort(1);
  if (isLongerThan(value, MAX_CHARACTERS)) return stringTooLong(MAX_CHARACTERS);
  return PRINTABLE.test(value) ? undefined : patternMismatch(PRINTABLE.source);
}

function echoOf(values: string[]): unknown {
  return values.length > 1 ? values : (values[0] ?? null);
}

/** Decodes a header as UTF-8, because Node decodes header bytes as latin1. Returns bytes that are not UTF-8 as Node decoded them. */
function decode(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}
