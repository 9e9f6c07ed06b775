import type { ComponentChildren } from 'preact';

/** Table that turns each row into a card on a phone. There, the `data-label` of a cell is its heading. */
export const Table = ({ columns, children }: { columns: readonly ComponentChildren[]; children: ComponentChildren }) => (
  <table class="data-table">
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
