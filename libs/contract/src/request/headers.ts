import { isUtf8 } from 'node:buffer';
import { isBlank, isLongerThan, MAX_CHARACTERS, PRINTABLE } from './printable-text.js';
import { type Finding, type Read, unprocessable, type ValidationDetail, validationDetail } from './problem.js';
import { fieldRequired, patternMismatch, stringTooLong, stringTooShort, valueError } from './pydantic-findings.js';

/** Who sends a request, and from which of its instances, as far as the headers say. */
export interface CallerHeaders {
  tenantName?: string;
  originInstanceName?: string;
  destTenantName?: string;
}

/** Who sends a request, from which of its instances, and to whom. */
export interface TenantHeaders extends CallerHeaders {
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
  const read = readThree(rawHeaders, { ...rules, destTenantNameRequired: true });
  return read as Read<TenantHeaders>;
}

/** As {@link readTenantHeaders}, for what concerns the caller alone: `X-Dest-Tenant-Name` may be left out. */
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

/** What a header that may come once has to be like. */
export interface HeaderRule {
  required: boolean;
  /** What is wrong with the value, if anything is. */
  finding(value: string): Finding | undefined;
}

export type TakeHeader = (name: string, rule: HeaderRule) => string | undefined;

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Reads several headers and answers all that is wrong with them together. Headers that were not sent are left out. */
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

/** Node decodes header bytes as latin1, so a tenant name in UTF-8 arrives garbled; bytes that are not UTF-8 stay as Node read them. */
function decode(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}
