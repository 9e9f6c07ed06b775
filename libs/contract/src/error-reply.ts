import { z } from 'zod';

/** Body of an error reply whose `detail` is a sentence. */
export const plainError = z.object({
  detail: z.string(),
  code: z.string().optional().meta({ description: 'Names the error in the form `<area>.<what>`, where callers may need to distinguish it.' }),
});

/** Body of a 422 about headers, path, query or body, in FastAPI's shape. */
export const validationError = z.object({
  detail: z.array(
    z.object({
      type: z.string(),
      loc: z.array(z.union([z.string(), z.number().int()])),
      msg: z.string(),
      input: z.unknown(),
      ctx: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
