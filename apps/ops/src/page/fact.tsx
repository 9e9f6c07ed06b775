import type { ComponentChildren } from 'preact';

/** One line of a `<dl class="head-facts">`. */
export const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
