import type { ComponentChildren } from 'preact';

/** Things in rows; on a phone each row is a card, and `data-label` names its lines. */
export const Table = ({ columns, children }: { columns: readonly ComponentChildren[]; children: ComponentChildren }) => (
  <table class="sagas">
    <thead>
      <tr>
        {columns.map((column, index) => (
          <th key={index} scope="col">
            {column}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>{children}</tbody>
  </table>
);
