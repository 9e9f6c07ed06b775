import type { CommandName } from '../commands/commands.js';
import { actionFor } from '../sagas/actions.js';
import type { Filters } from '../sagas/filters.js';

/** Starts a bulk action from the list. Both buttons open a confirmation page first. */
export const BulkBar = ({ filters, bulkActions }: { filters: Filters; bulkActions: readonly CommandName[] }) => (
  <fieldset class="bulk-bar">
    <legend>Bulk actions</legend>
    {Object.entries(filters).map(([name, value]) => value !== undefined && name !== 'before' && <input key={name} type="hidden" name={name} value={value} />)}
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
    <button name="scope" value="selected">
      Apply to selected…
    </button>
    <button name="scope" value="matching">
      Apply to all matching…
    </button>
    <a href="/bulk">Bulk action history</a>
  </fieldset>
);
