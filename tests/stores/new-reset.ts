import type { NewSaga } from '@crossroads/store';
import { resetRequestFor } from '@crossroads/testkit';
import { uuidv7 } from 'uuidv7';

/** Creates a reset of the tenant alpha, ready to accept. */
export const newReset = (orderNumber = '4711'): NewSaga => ({
  saga_id: uuidv7(),
  correlation_id: uuidv7(),
  type: 'reset_order',
  version: 1,
  tenant_id: 'alpha',
  concurrency_keys: [],
  request: resetRequestFor({ order_number: orderNumber }),
  inbound_request: {},
  accepted_at: new Date(),
});
