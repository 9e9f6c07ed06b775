import type { ResetOrderPorts } from '@crossroads/order-reset';
import { resetRequest } from '@crossroads/order-reset';
import type { SagaType } from '@crossroads/saga';
import { saga } from '@crossroads/saga';
import type { z } from 'zod';
import { lockOrder } from './lock-order.step.js';
import { restartProgression } from './restart-progression.step.js';
import type { Notices } from './tell-counterparty.step.js';
import { tellCounterparty } from './tell-counterparty.step.js';

export type RestartDeliveryPorts = Pick<ResetOrderPorts, 'orders' | 'line'> & { notices: Notices };

/** For a delivery that was reported too early: progression goes back to the start, BOLs and drops stay, the other end is told. */
export const restartDelivery = (ports: RestartDeliveryPorts): SagaType<z.infer<typeof resetRequest>> =>
  saga('restart_delivery', resetRequest)
    .compensatable(lockOrder(ports))
    .pivot(restartProgression(ports))
    .retriable(tellCounterparty(ports));
