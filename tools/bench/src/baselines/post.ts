import { Agent } from 'undici';
import type { AnyDocument } from './document.js';

/** Sends a saga's reset to the sink and reads the answer. */
export type Post = (sagaId: string, correlationId: string) => Promise<void>;

/** The POST that a worker sends, byte for byte but for its ids, over connections that stay open; nothing is signed. */
export const openPost = (templates: readonly AnyDocument[]): { post: Post; close(): Promise<void> } => {
  const template = templates.find((entry) => typeof entry['outbound_request']?.body === 'string')!;
  const { url, headers, body } = template['outbound_request'] as { url: string; headers: Record<string, string>; body: string };
  const { origin, pathname } = new URL(url);
  const [before, after] = body.split(template['correlation_id'] as string) as [string, string];
  const agent = new Agent();
  return {
    async post(sagaId, correlationId) {
      const { statusCode, body: reply } = await agent.request({
        origin,
        path: pathname,
        method: 'POST',
        headers: { ...headers, 'webhook-id': sagaId, 'idempotency-key': sagaId },
        body: before + correlationId + after,
      });
      await reply.text();
      if (statusCode !== 200) throw new Error(`The sink answered ${statusCode}`);
    },
    close: () => agent.close(),
  };
};
