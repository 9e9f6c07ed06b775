import type { SagaType } from '@crossroads/saga';
import type { ResetOrderPorts } from './ports.js';
import { recoverOrder } from './recover-order.saga.js';
import { resetOrder } from './reset-order.saga.js';

/** Returns every saga type. Workers run them, and docs/sagas.md is generated from them. */
export const sagaTypes = (ports: ResetOrderPorts): readonly SagaType[] => [resetOrder(ports), recoverOrder(ports)];

/** Saga types by name, without ports: only the names and the order of their steps are used, and no step is run. */
export const sagaDefinitions: ReadonlyMap<string, SagaType> = new Map(sagaTypes({} as ResetOrderPorts).map((type) => [type.type, type]));
/** Names of saga types and steps in stored sagas and journal entries. Packages that query the database use these constants. */
export const resetOrderType = 'reset_order';
export const recoverOrderType = 'recover_order';

/** The step whose entries record what a reset cleared. */
export const clearDeliveriesStep = 'clear-deliveries';
