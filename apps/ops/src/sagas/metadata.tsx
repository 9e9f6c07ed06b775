import { redact } from '../page/redact.js';

/** How deep a value is laid out before the rest of it is shown as JSON. */
const deepest = 6;

/** Any value as people read it: names and values, lists in order. */
export const Metadata = ({ value, depth = 0 }: { value: unknown; depth?: number }) => {
  const plain = depth === 0 ? (JSON.parse(JSON.stringify(redact(value) ?? null)) as unknown) : value;
  if (plain === null || typeof plain !== 'object') return <span class="value">{plain === null ? '—' : String(plain as string | number | boolean)}</span>;
  const single = Object.entries(plain);
  if (single.length === 0) return <span class="value">—</span>;
  if (single.length === 1 && single[0]![0].startsWith('$')) return <span class="value">{String(single[0]![1])}</span>;
  if (depth >= deepest) return <code>{JSON.stringify(plain)}</code>;
  if (Array.isArray(plain)) {
    return (
      <ol>
        {plain.map((item, index) => (
          <li key={index}>
            <Metadata value={item} depth={depth + 1} />
          </li>
        ))}
      </ol>
    );
  }
  if (depth > 1 && single.every(([, item]) => item === null || typeof item !== 'object')) return <OrderQueue metadata={single} />;
  return (
    <dl>
      {single.map(([name, item]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Metadata value={item} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
};

/** A product line of a BOL, say, is read across. */
const OrderQueue = ({ metadata }: { metadata: [string, unknown][] }) => (
  <span class="line">
    {metadata.map(([name, item]) => (
      <span key={name}>
        <span class="quiet">{name}</span> {item === null ? '—' : String(item as string | number | boolean)}
      </span>
    ))}
  </span>
);
