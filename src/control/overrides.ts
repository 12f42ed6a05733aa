import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import type { OverrideResult, Overrides } from '../call/overrides.js'
import { authorOf } from './access.js'
import { readRequest } from './request.js'

const by = z.string().min(1).max(100).optional()
/** They change what callers meet, and no flow file. */
const OPERATOR = { config: { role: 'operator' } } as const
const overrideRequest = z.strictObject({
  by,
  state: z.enum(['open', 'closed']),
  until: z.string().max(100),
  why: z.string().max(200).default(''),
})
const endRequest = z.strictObject({ by })

export type OverrideRequestBody = z.input<typeof overrideRequest>

/** The answer to a PUT or DELETE. `stored` is false where a restart of Doorman would undo it. */
export type OverrideAnswer = OverrideResult & { readonly stored: boolean }

const REFUSED = 409

/** `GET /overrides`, and `PUT` and `DELETE /overrides/<name of the hours>`. */
export function addOverrides(
  server: FastifyInstance,
  overrides: Pick<Overrides, 'list' | 'set' | 'end' | 'stored'>,
): void {
  type Route = { Params: { name: string } }
  const answer = async (result: OverrideResult, reply: FastifyReply) =>
    reply.code(result.ok ? 200 : REFUSED).send({ ...result, stored: await overrides.stored() })
  server.get('/overrides', async () => ({ overrides: overrides.list() }))
  server.put<Route>('/overrides/:name', OPERATOR, async ({ params: { name }, body, user }, reply) => {
    const order = readRequest(overrideRequest, body)
    return answer(overrides.set(name, { ...order, by: authorOf(user, order.by) }), reply)
  })
  server.delete<Route>('/overrides/:name', OPERATOR, async ({ params: { name }, body, user }, reply) => {
    const order = readRequest(endRequest, body)
    return answer(overrides.end(name, authorOf(user, order.by)), reply)
  })
}
