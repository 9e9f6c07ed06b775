import type { WithStores } from './setup.js';

export default async function endSharedStores(): Promise<void> {
  await (globalThis as WithStores).testStores?.end();
}
