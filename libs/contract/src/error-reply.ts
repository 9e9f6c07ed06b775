import { z } from 'zod';

/** Body of an error reply whose `detail` is a sentence. */
export const plainError = z.object({
  detail: z.string().meta({ description: 'What is wrong and what to do, as a sentence.', examples: ['Reset not found'] }),
  code: z.string().optional().meta({ description: 'Names the error in the form `<area>.<what>`, where callers may need to distinguish it.', examples: ['order.too_many_bols'] }),
});

/** Body of a 422 about headers, path, query or body, in FastAPI's shape. */
export const validationError = z.object({
  detail: z.array(
    z.object({
      type: z.string().meta({ description: 'Error type of pydantic.', examples: ['missing'] }),
      loc: z.array(z.union([z.string(), z.number().int()])).meta({ description: 'Place of the error: `body`, `header`, `query` or `path`, then names and list indexes.', examples: [['header', 'X-Dest-Tenant-Name']] }),
      msg: z.string().meta({ description: 'The error, as a sentence.', examples: ['Field required'] }),
      input: z.unknown().meta({ description: 'What was sent at this place; shortened if long.', examples: [null] }),
      ctx: z.record(z.string(), z.unknown()).optional().meta({ description: 'The limits that the input does not meet, for some types.' }),
    }),
  ).meta({ description: 'One entry for each error.' }),
});
