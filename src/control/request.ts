import * as z from 'zod'

/** Why a request gets no answer; the message is one for people, as it is. */
export class RefusedRequest extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message)
  }
}

/** The body or the query of a request. @throws RefusedRequest with all that is wrong */
export function readRequest<Request>(schema: z.ZodType<Request>, value: unknown): Request {
  const parsed = schema.safeParse(value ?? {})
  if (!parsed.success) throw new RefusedRequest(400, z.prettifyError(parsed.error))
  return parsed.data
}
