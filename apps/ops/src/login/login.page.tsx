import type { Chrome } from '../page/layout.js';
import { Layout } from '../page/layout.js';

export const LoginPage = ({ chrome, next, username, problem }: { chrome: Chrome; next: string; username?: string; problem?: string }) => (
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
