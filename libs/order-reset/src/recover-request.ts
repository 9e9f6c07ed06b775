import { z } from 'zod';
import { resetRequest } from './reset-request.js';

/** What an operator asks for: put back what a reset cleared. */
export const recoverRequest = resetRequest.extend({
  recovers: z.object({
    /** The reset whose snapshot is put back. */
    saga_id: z.string().min(1),
    /** Put it back even over what was delivered since; that is saved to the audit log first. */
    force: z.boolean(),
    by: z.string().min(1),
    reason: z.string().min(1),
  }),
});

export type RecoverRequest = z.infer<typeof recoverRequest>;
