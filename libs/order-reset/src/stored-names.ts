/** Names of saga types and steps in stored sagas and journal entries. Packages that query the database use these constants. */
export const resetOrderType = 'reset_order';
export const recoverOrderType = 'recover_order';

/** The step whose entries record what a reset cleared. */
export const clearDeliveriesStep = 'clear-deliveries';

/** The step whose entries record requests to a destination. */
export const dispatchResetStep = 'dispatch-reset';
