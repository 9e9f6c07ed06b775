import { redact } from './redact.js';

/** Characters shown of one value. The raw JSON has all of them. */
const maxCharacters = 20_000;

/** Shows a value as folded JSON, with secrets redacted. */
export const Json = ({ value, label }: { value: unknown; label: string }) => {
  const text = JSON.stringify(parseBody(redact(value)), null, 2) ?? 'null';
  const shown = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}\n… ${text.length - maxCharacters} more characters in the raw JSON.` : text;
  return (
    <details class="json">
      <summary>{label}</summary>
      <pre tabindex={0}>{shown}</pre>
    </details>
  );
};

/** Parses a `body` that is JSON text, so that it is indented too. */
const parseBody = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { body, ...rest } = value as { body?: unknown };
  if (typeof body !== 'string') return value;
  try {
    return { ...rest, body: JSON.parse(body) as unknown };
  } catch {
    return value;
  }
};
