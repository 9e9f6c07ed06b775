import type { SagaType } from '@crossroads/saga';
import type { ResetOrderPorts } from './ports.js';
import { recoverOrder } from './recover-order.saga.js';
import { resetOrder } from './reset-order.saga.js';

/** Every saga type there is: workers run them, docs/sagas.md tells them. */
export const sagaTypes = (ports: ResetOrderPorts): readonly SagaType[] => [resetOrder(ports), recoverOrder(ports)];
