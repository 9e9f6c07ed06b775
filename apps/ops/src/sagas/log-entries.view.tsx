import type { LogEntry } from '@crossroads/store';
import { Json } from '../page/json.js';
import { redactText } from '../page/redact.js';
import { Clock } from '../page/times.js';

/** Shows the journal, newest entry first. */
export const LogEntries = ({ entries, now }: { entries: readonly LogEntry[]; now: Date }) => (
  <section aria-labelledby="entries">
    <h2 id="entries">
      Log entries <span class="count">{entries.length}</span>
    </h2>
    {entries.length === 0 && <p class="empty">No log entries found. No worker has started the saga.</p>}
    <ol class="entries">
      {entries.toReversed().map((entry) => (
        <Entry key={String(entry._id)} entry={entry} now={now} />
      ))}
    </ol>
  </section>
);

const tones: Record<string, string> = { done: 'good', rejected: 'bad', failed: 'bad', unavailable: 'warn', canceled: 'warn', terminated: 'warn' };

/** Outcomes that are no attempt: a deferred step is tried again under the same number, and `recorded` is the first part of an attempt. */
const uncounted: ReadonlySet<string> = new Set(['deferred', 'recorded']);

const Entry = ({ entry, now }: { entry: LogEntry; now: Date }) => {
  const { step, journal, detail } = entry;
  return (
    <li id={`entry-${journal.seq}`} class="entry" data-testid="entry">
      <div class="entry-head">
        <span class="number quiet">{journal.seq}</span>
        <span class={`pill ${tones[step.outcome] ?? 'quiet'}`}>
          {step.direction === 'undo' ? 'undo ' : ''}
          {step.outcome}
        </span>
        <strong>{step.name}</strong>
        {step.attempt > 1 && !uncounted.has(step.outcome) && <span class="quiet">attempt {step.attempt}</span>}
        <span class="quiet">→ {journal.status}</span>
        {entry.retried && <span class="quiet">after a resume</span>}
        <span class="when">
          <Clock at={entry.date} now={now} />
        </span>
      </div>
      <p>{redactText(detail.message)}</p>
      <div class="entry-more">
        {detail.error !== null && <code class="code">{detail.error}</code>}
        {hasContent(entry.outbound_request) && <Json label="Request to destination" value={entry.outbound_request} />}
        {hasContent(entry.extra_data) && <Json label="Extra data" value={entry.extra_data} />}
        {hasContent(journal.output) && <Json label="Step output" value={journal.output} />}
      </div>
    </li>
  );
};

const hasContent = (value: object | undefined): value is object => value !== undefined && Object.keys(value).length > 0;
