import { createHash, timingSafeEqual } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { RevisionEntry } from '../revisions/entry.js'
import type { ReloadResult } from '../revisions/reload.js'
import type { Readiness } from './readiness.js'

/** What may be asked of a reload from outside. */
const reloadRequest = z.strictObject({
  allowMissingContexts: z.boolean().optional(),
  maxChange: z.number().min(0).max(1).optional(),
  by: z.string().max(100).optional(),
  way: z.enum(['command', 'http']).default('http'),
})

const rollbackRequest = z.strictObject({
  to: z.int().positive().optional(),
  by: z.string().max(100).optional(),
  allowMissingContexts: z.boolean().optional(),
})

export type ReloadRequest = z.output<typeof reloadRequest>
export type RollbackRequest = z.output<typeof rollbackRequest>

/** What a running Doorman does when it is told to. */
export interface Control {
  reload(request: ReloadRequest): Promise<ReloadResult>
  rollback(request: RollbackRequest): Promise<ReloadResult>
  revisions(): readonly RevisionEntry[]
  metrics(): Promise<string>
  readiness(): Readiness
}

export interface ControlServer {
  readonly url: string
  stop(): Promise<void>
}

/** 409: the request was understood, and the candidate refused. */
const REFUSED = 409

/** 503: not now. */
const NOT_NOW = 503

/** What anybody may ask who can reach the address: none of it tells anything of a caller. */
const OPEN = new Set<string | undefined>(['/metrics', '/live', '/ready'])

/**
 * Listens for commands: `POST /reload`, `POST /rollback`, `GET /revisions`, each with `Authorization: Bearer
 * <token>`; and without a token `GET /metrics`, `GET /live` and `GET /ready`, which tell nothing of anybody. On
 * loopback unless the settings say otherwise.
 * @throws Error where the address is taken.
 */
export async function startControl(
  control: Control,
  { host, port, token }: { readonly host: string; readonly port: number; readonly token: string },
): Promise<ControlServer> {
  const server = fastify({ bodyLimit: 10_000, forceCloseConnections: true })
  server.addHook('onRequest', async (request, reply) => {
    if (!OPEN.has(request.routeOptions.url) && !isAllowed(request, token))
      await reply.code(401).send({ error: 'The token is missing or wrong.' })
  })
  server.addHook('preHandler', async (request, reply) => {
    const isTooLate = request.method === 'POST' && control.readiness().stopping
    if (isTooLate)
      await reply.code(NOT_NOW).send({ error: 'Doorman is stopping and takes no more commands.' })
  })
  addCommands(server, control)
  addViews(server, control)
  const url = await server.listen({ host, port })
  return { url, stop: () => server.close() }
}

function addCommands(server: FastifyInstance, control: Control): void {
  server.post('/reload', async (request, reply) => {
    const asked = reloadRequest.safeParse(request.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    const result = await control.reload(asked.data)
    return reply.code(result.ok ? 200 : REFUSED).send(result)
  })
  server.post('/rollback', async (request, reply) => {
    const asked = rollbackRequest.safeParse(request.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    const result = await control.rollback(asked.data)
    return reply.code(result.ok ? 200 : REFUSED).send(result)
  })
}

function addViews(server: FastifyInstance, control: Control): void {
  server.get('/revisions', async () => control.revisions())
  server.get('/metrics', async (_request, reply) => reply.type('text/plain').send(await control.metrics()))
  // Alive is whoever can say so: a lost PBX is no reason to be started again.
  server.get('/live', async () => ({ live: true }))
  server.get('/ready', async (_request, reply) => {
    const readiness = control.readiness()
    return reply.code(readiness.ready ? 200 : NOT_NOW).send(readiness)
  })
}

/** Compares digests, so that the time it takes tells nothing of the token, not even its length. */
function isAllowed({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`))
}
