import type { ComponentChildren } from 'preact';
import { redact } from './redact.js';

/** Depth below which a value is shown as JSON. */
const maxDepth = 6;

/** Shows any value as names and values, with secrets redacted. */
export const StructuredValue = ({ value, depth = 0 }: { value: unknown; depth?: number }) => {
  const plain = depth === 0 ? (JSON.parse(JSON.stringify(redact(value) ?? null)) as unknown) : value;
  if (plain === null || typeof plain !== 'object') return <span class="value">{plain === null ? '—' : String(plain as string | number | boolean)}</span>;
  const entries = Object.entries(plain);
  if (entries.length === 0) return <span class="value">—</span>;
  if (entries.length === 1 && entries[0]![0].startsWith('$')) return <span class="value">{String(entries[0]![1])}</span>;
  if (depth >= maxDepth) return <code>{JSON.stringify(plain)}</code>;
  if (Array.isArray(plain)) {
    return (
      <ol>
        {plain.map((item, index) => (
          <li key={index}>
            <StructuredValue value={item} depth={depth + 1} />
          </li>
        ))}
      </ol>
    );
  }
  if (depth > 1 && entries.every(([, item]) => item === null || typeof item !== 'object')) return <InlineValues entries={entries} />;
  return (
    <dl>
      {entries.map(([name, item]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <StructuredValue value={item} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
};

/** Shows a flat object in one line, such as a product of a BOL. */
const InlineValues = ({ entries }: { entries: [string, unknown][] }) => (
  <span class="inline-values">
    {entries.map(([name, item]) => (
      <span key={name}>
        <span class="quiet">{name}</span> {item === null ? '—' : String(item as string | number | boolean)}
      </span>
    ))}
  </span>
);

/** A name and a value in a `<dl class="properties">`. */
export const Property = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
