/** Path of the resets of a caller. */
export const resetPath = '/v1/order/reset';

/** Returns the path of the status of one reset. */
export const statusPath = (correlationId: string): string => `${resetPath}/${correlationId}`;
