import { redact } from './redact.js';

/** Characters shown of one value. A page with megabytes in it helps nobody; the raw JSON has all of it. */
const longest = 20_000;

/** A value as JSON, folded away when it is long. */
export const Json = ({ value, label }: { value: unknown; label: string }) => {
  const text = JSON.stringify(readable(redact(value)), null, 2) ?? 'null';
  const shown = text.length > longest ? `${text.slice(0, longest)}\n… ${text.length - longest} characters more: see the raw JSON.` : text;
  return (
    <details class="json">
      <summary>{label}</summary>
      <pre tabindex={0}>{shown}</pre>
    </details>
  );
};

/** Text that holds JSON, such as a request's body, is easier to read as JSON. */
const readable = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { body, ...rest } = value as { body?: unknown };
  if (typeof body !== 'string') return value;
  try {
    return { ...rest, body: JSON.parse(body) as unknown };
  } catch {
    return value;
  }
};
