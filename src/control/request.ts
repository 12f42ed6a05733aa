import * as z from 'zod'

/** A request that is not as it should be; the answer is 400, with the message as it is. */
export class InvalidRequest extends Error {
  readonly statusCode = 400
}

/** The body or the query of a request. @throws InvalidRequest with all that is wrong */
export function readRequest<Request>(schema: z.ZodType<Request>, value: unknown): Request {
  const parsed = schema.safeParse(value ?? {})
  if (!parsed.success) throw new InvalidRequest(z.prettifyError(parsed.error))
  return parsed.data
}
