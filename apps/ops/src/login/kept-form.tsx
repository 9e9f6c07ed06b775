import express from 'express';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { localPath } from '../http/local-path.js';
import type { Chrome } from '../page/layout.js';
import { Layout, send } from '../page/layout.js';
import { Property } from '../page/structured-value.js';
import { LoginPage } from './login.page.js';
import type { SignedIn } from './signed-in.js';

/** Fields of a form that was sent after its session had ended. The login page carries them, and nothing is stored. */
export interface KeptForm {
  /** The path that the form was sent to, on this site. */
  path: string;
  fields: [name: string, value: string][];
}

const keptForm = z.object({ path: z.string().transform(localPath), fields: z.array(z.tuple([z.string(), z.string()])).max(1_000) });

/** Reads a kept form from a field of the login form. Returns undefined when there is none, or it is not valid. */
export const readKeptForm = (value: unknown): KeptForm | undefined => {
  if (typeof value !== 'string' || value === '') return undefined;
  try {
    return keptForm.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
};

const readForm = express.text({ type: 'application/x-www-form-urlencoded', limit: '64kb' });

/** Shows the login page with the form that the request sent. Returns false when the request sent no readable form. */
export const askToSignIn =
  (chrome: Chrome) =>
  async (request: Request, response: Response): Promise<boolean> => {
    if (request.is('application/x-www-form-urlencoded') === false || request.accepts(['json', 'html']) !== 'html') return false;
    const failed = await new Promise((resolve) => readForm(request, response, resolve));
    if (failed !== undefined || typeof request.body !== 'string') return false;
    const kept: KeptForm = { path: localPath(request.originalUrl), fields: [...new URLSearchParams(request.body)] };
    send(response, <LoginPage chrome={chrome} next="/" kept={kept} problem="Your session has ended. Nothing was changed. Your entries are kept: sign in, then send them." />, 401);
    return true;
  };

/** Shows a kept form after the login. The operator sends it, since another person may have signed in, or time may have passed. */
export const sendKeptForm = (response: Response, chrome: Chrome, operator: SignedIn, { path, fields }: KeptForm): void => {
  send(
    response,
    <Layout chrome={chrome} title="Send your entries" operator={operator}>
      <h1>Send your entries</h1>
      <p>
        You are signed in again. These entries for <code>{path}</code> were not sent before.
      </p>
      <form class="card confirm" action={path} method="post">
        <dl class="properties">
          {fields.map(([name, value], index) => (
            <Property key={index} name={name}>
              {value}
              <input type="hidden" name={name} value={value} />
            </Property>
          ))}
        </dl>
        <button class="primary">Send</button> <a href="/sagas">Discard</a>
      </form>
    </Layout>,
  );
};
