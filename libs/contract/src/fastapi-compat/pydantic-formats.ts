import type { Finding } from './problem.js';

/** Returns pydantic's error for an invalid UUID. The texts are those of the Rust crate uuid. */
export function uuidFinding(value: unknown): Finding {
  if (typeof value !== 'string') return { type: 'uuid_type', msg: 'UUID input should be a string, bytes or UUID object' };
  const error = uuidError(value);
  return { type: 'uuid_parsing', msg: `Input should be a valid UUID, ${error}`, ctx: { error } };
}

const GROUP_LENGTHS = [8, 4, 4, 4, 12];

function uuidError(text: string): string {
  const digits = /^(?:\{(.*)\}|urn:uuid:(.*))$/s.exec(text)?.slice(1).find((inner) => inner !== undefined) ?? text;
  const stray = /[^0-9a-fA-F-]/u.exec(digits);
  if (stray !== null) return `invalid character: found \`${stray[0]}\` at ${stray.index + 1}`;
  const groups = digits.split('-');
  if (groups.length === 1 && digits === text && digits.length !== 32) {
    return `invalid length: expected length 32 for simple format, found ${digits.length}`;
  }
  if (groups.length !== GROUP_LENGTHS.length) return `invalid group count: expected 5, found ${groups.length}`;
  const wrong = groups.findIndex((group, index) => group.length !== GROUP_LENGTHS[index]);
  if (wrong === -1) return 'invalid version or variant';
  return `invalid group length in group ${wrong}: expected ${GROUP_LENGTHS[wrong]}, found ${groups[wrong]?.length}`;
}
