/** Where to ask how a reset goes. */
export const statusUrl = (correlationId: string): string => `/v1/order/reset/${correlationId}`;
