import type { ComponentChildren, VNode } from 'preact';
import { Fragment, h, options } from 'preact';

const control = /\p{Bidi_Control}/u;
const controls = /\p{Bidi_Control}/gu;

/** Elements that may contain no other element. */
const textOnly: ReadonlySet<unknown> = new Set(['title', 'option']);

/** Elements whose text stays as it is: it is edited, is not shown, or is isolated already. */
const unchanged: ReadonlySet<unknown> = new Set(['textarea', 'script', 'style', 'bdi']);

/** Attributes that a browser shows or reads out. */
const shownAttributes = ['title', 'aria-label'];

/**
 * Isolates every text with a control of the text direction, on all pages. Order numbers and names come from callers and other systems.
 * Without this, a U+202E in a number reorders the text after it, so that a page shows another number.
 */
export const isolateTexts = (): void => {
  const next = options.vnode;
  options.vnode = (vnode) => {
    if ((typeof vnode.type === 'string' || vnode.type === Fragment) && !unchanged.has(vnode.type)) isolate(vnode as VNode<Props>);
    next?.(vnode);
  };
};

type Props = Record<string, unknown> & { children?: ComponentChildren };

const isolate = ({ type, props }: VNode<Props>): void => {
  if (props.children !== undefined) props.children = textOnly.has(type) ? withoutControls(props.children) : isolated(props.children);
  for (const name of shownAttributes) if (typeof props[name] === 'string') props[name] = withoutControls(props[name]);
};

const isolated = (children: ComponentChildren): ComponentChildren => {
  if (Array.isArray(children)) return children.map(isolated);
  return typeof children === 'string' && control.test(children) ? h('bdi', null, children) : children;
};

const withoutControls = <T>(text: T): T => (typeof text === 'string' ? (text.replaceAll(controls, '\ufffd') as T) : text);
