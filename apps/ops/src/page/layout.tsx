import type { Response } from 'express';
import type { ComponentChildren, VNode } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import type { Assets } from '../assets/assets.js';
import type { SignedIn } from '../login/signed-in.js';
import { isolateTexts } from './isolate-text.js';

/** The parts of the layout that are equal on all pages. */
export interface Chrome {
  assets: Assets;
  environment: string;
}

export interface LayoutProps {
  chrome: Chrome;
  title: string;
  operator?: SignedIn | undefined;
  /** Text in the search box. */
  q?: string | undefined;
  children: ComponentChildren;
}

/** What a refresh does when the session has ended: it shows the response at the top and leaves the page as it is. */
export const sessionEnded = 'swap:innerHTML target:#session-ended';

/** A refresh keeps `open`, so that it does not close sections that the operator has opened. */
const htmxConfig = JSON.stringify({ includeIndicatorCSS: false, history: false, morphIgnore: ['data-htmx-powered', 'open'] });

export const Layout = ({ chrome, title, operator, q, children }: LayoutProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <meta name="htmx-config" content={htmxConfig} />
      <title>{`${title} · Crossroads ${chrome.environment}`}</title>
      <link rel="icon" href={chrome.assets.icon} type="image/svg+xml" />
      <link rel="stylesheet" href={chrome.assets.stylesheet} />
      <script src={chrome.assets.htmx} defer />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="bar">
        <a class="brand" href="/">
          Crossroads
        </a>
        <span class="environment">{chrome.environment}</span>
        {operator && <Navigation operator={operator} q={q} />}
      </header>
      <main id="main" tabindex={-1}>
        <div id="session-ended" />
        {children}
      </main>
    </body>
  </html>
);

const Navigation = ({ operator, q }: { operator: SignedIn; q: string | undefined }) => (
  <>
    <nav aria-label="Pages">
      <a href="/sagas">Resets</a>
      <a href="/destinations">Destinations</a>
      <a href="/queues">Queues</a>
      <a href="/audit">Audit</a>
    </nav>
    <form class="search" action="/sagas" role="search">
      <input type="search" name="q" value={q} aria-label="Find a reset or an order" placeholder="Order number, correlation id, saga id or URL" autocomplete="off" spellcheck={false} />
      <button>Find</button>
    </form>
    <form class="session" action="/logout" method="post">
      <span>
        {operator.username} <span class="quiet">({operator.role})</span>
      </span>
      <button class="plain">Sign out</button>
    </form>
  </>
);

isolateTexts();

/** Sends a page. */
export const send = (response: Response, page: VNode, status = 200): void => {
  response.status(status).type('html').send(`<!doctype html>${renderToStaticMarkup(page)}`);
};

/** Sends a part of a page, for an htmx refresh. */
export const sendFragment = (response: Response, fragment: VNode): void => {
  response.type('html').send(renderToStaticMarkup(fragment));
};
