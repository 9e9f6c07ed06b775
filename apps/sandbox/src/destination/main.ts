/** The simulated destination's own process: `main.js <port>`. */
import { listen } from '@crossroads/platform';
import { destinationApp } from './app.js';

const server = await listen(destinationApp(), Number(process.argv[2] ?? 8082));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit());
console.log(`destination listens on ${server.url}`);
