import type { CommandName } from '../commands/commands.js';
import { actionFor } from '../sagas/actions.js';
import type { Filters } from '../sagas/filters.js';
import { formatCount } from '../page/counts.js';

interface BulkBarProps {
  filters: Filters;
  bulkActions: readonly CommandName[];
  /** Number of resets that match the filters, as the store counts them. */
  matching: number;
  /** URL of the script that writes the number of selected resets on the button. */
  script: string;
}

/** Starts a bulk action from the list. Both buttons open a confirmation page first. */
export const BulkBar = ({ filters, bulkActions, matching, script }: BulkBarProps) => (
  <fieldset class="bulk-bar">
    <legend>Bulk actions</legend>
    {Object.entries(filters).map(([name, value]) => value !== undefined && name !== 'before' && name !== 'after' && <input key={name} type="hidden" name={name} value={value} />)}
    <label>
      Action{' '}
      <select name="action">
        {bulkActions.map((name) => (
          <option key={name} value={name}>
            {actionFor(name).label}
          </option>
        ))}
      </select>
    </label>
    <button name="scope" value="selected" data-counts="saga">
      Apply to selected…
    </button>
    <button name="scope" value="matching">
      Apply to all {formatCount(matching)} matching…
    </button>
    <a href="/bulk">Bulk action history</a>
    <script src={script} defer />
  </fieldset>
);
