import type { Child, Service } from './child.js';

/**
 * Resolves once the service is ready. Rejects when the child ends first, takes longer than `withinMs`, or `stopping` aborts.
 * The error's message has the child's last lines, which usually name the cause.
 */
export async function untilReady(service: Service, child: Child, stopping: AbortSignal, withinMs: number): Promise<void> {
  const over = new AbortController();
  const giveUp = (why: string) => over.abort(new Error(`${service.name} ${why}`));
  const late = setTimeout(() => giveUp(`was not ready within ${withinMs} ms`), withinMs);
  const onStopping = () => giveUp('was stopped before it was ready');
  stopping.addEventListener('abort', onStopping, { once: true });
  void child.ended.then(({ code, signal }) => giveUp(`ended with ${signal ?? `code ${code}`} before it was ready`));
  try {
    await Promise.race([service.ready(over.signal), whenAborted(over.signal)]);
  } catch (cause) {
    // After an abort, its reason is more specific than the error that `ready` throws.
    throw withLastLines(over.signal.aborted ? over.signal.reason : cause, child.lastLines());
  } finally {
    clearTimeout(late);
    stopping.removeEventListener('abort', onStopping);
    over.abort();
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function withLastLines(cause: unknown, lines: string[]): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  const tail = lines.length === 0 ? 'It had no output.' : `Its last output:\n${lines.join('\n')}`;
  return new Error(`${message}. ${tail}`, { cause });
}
