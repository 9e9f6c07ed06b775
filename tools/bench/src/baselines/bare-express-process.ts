/** A bare Express route that parses the body and returns it: the cost of HTTP alone. */
import { listen } from '@crossroads/platform';
import express from 'express';

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.post('/v1/order/reset', express.json(), (request, response) => {
  response.json(request.body);
});
const { url } = await listen(app, 0);
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.send?.({ kind: 'ready', url });
