import { z } from 'zod';
import { resetRequest } from './reset-request.js';

/** The stored request of a recovery: an operator restores what a reset cleared. */
export const recoverRequest = resetRequest.extend({
  recovers: z.object({
    /** The reset whose snapshot is restored. */
    saga_id: z.string().min(1),
    /** Whether to overwrite deliveries saved since the reset. They are saved to the audit log first. */
    force: z.boolean(),
    /** The operator. */
    by: z.string().min(1),
    reason: z.string().min(1),
  }),
});

export type RecoverRequest = z.infer<typeof recoverRequest>;
