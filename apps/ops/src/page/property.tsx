import type { ComponentChildren } from 'preact';

/** A name and a value in a `<dl class="properties">`. */
export const Property = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
