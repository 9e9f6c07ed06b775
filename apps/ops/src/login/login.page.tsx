import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';
import type { KeptForm } from './kept-form.js';

interface LoginPageProps {
  chrome: Chrome;
  /** The path to open after the login. */
  next: string;
  username?: string;
  problem?: string;
  /** A form to send after the login. */
  kept?: KeptForm | undefined;
}

export const LoginPage = ({ chrome, next, username, problem, kept }: LoginPageProps) => (
  <Layout chrome={chrome} title="Sign in">
    <form class="login" action="/login" method="post">
      <h1>Sign in</h1>
      <p class="quiet">Resets, queues and orders of the {chrome.environment} environment.</p>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <input type="hidden" name="next" value={next} />
      {kept && <input type="hidden" name="kept" value={JSON.stringify(kept)} />}
      <label>
        Username
        <input name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus value={username} />
      </label>
      <label>
        Password
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <button class="primary">Sign in</button>
    </form>
  </Layout>
);
