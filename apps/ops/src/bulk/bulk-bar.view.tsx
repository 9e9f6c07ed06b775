import type { CommandName } from '../commands/commands.js';
import { actionLabel } from '../sagas/actions.js';
import type { Filters } from '../sagas/filters.js';

/** Below the list: one action for the sagas with a tick, or for all that the filters mean. Nothing is done before a page has shown the count. */
export const BulkBar = ({ filters, offered }: { filters: Filters; offered: readonly CommandName[] }) => (
  <fieldset class="bulk-bar">
    <legend>Several at once</legend>
    {Object.entries(filters).map(([name, value]) => value !== undefined && name !== 'before' && <input key={name} type="hidden" name={name} value={value} />)}
    <label>
      Action{' '}
      <select name="action">
        {offered.map((name) => (
          <option key={name} value={name}>
            {actionLabel(name).label}
          </option>
        ))}
      </select>
    </label>
    <button name="scope" value="ticked">
      For those with a tick…
    </button>
    <button name="scope" value="matching">
      For all that match the filters…
    </button>
    <a href="/bulk">Earlier ones</a>
  </fieldset>
);
