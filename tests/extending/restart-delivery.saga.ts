import type { ResetOrderPorts } from '@crossroads/order-reset';
import { resetRequest } from '@crossroads/order-reset';
import type { SagaType } from '@crossroads/saga';
import { saga } from '@crossroads/saga';
import type { z } from 'zod';
import { lockOrder } from './lock-order.step.js';
import { restartProgression } from './restart-progression.step.js';
import type { Notices } from './notify-counterparty.step.js';
import { notifyCounterparty } from './notify-counterparty.step.js';

export type RestartDeliveryPorts = Pick<ResetOrderPorts, 'orders' | 'orderQueue'> & { notices: Notices };

/** Restarts a delivery that was reported too early: resets the progression, keeps BOLs and drops, and notifies the counterparty. */
export const restartDelivery = (ports: RestartDeliveryPorts): SagaType<z.infer<typeof resetRequest>> =>
  saga('restart_delivery', resetRequest)
    .compensatable(lockOrder(ports))
    .pivot(restartProgression(ports))
    .retriable(notifyCounterparty(ports));
