import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Log } from '../lib/log.js'
import type { ReloadResult, WaitingCandidate } from '../revisions/candidate.js'
import { draftProblem } from '../revisions/revision-files.js'
import type { Settings } from '../settings/index.js'
import { removeAddress, writeAddress } from './address.js'

const by = z.string().max(100).optional()
const allowMissingContexts = z.boolean().optional()
const reloadRequest = z.strictObject({
  ...{ by, allowMissingContexts },
  maxChange: z.number().min(0).max(1).optional(),
  way: z.enum(['command', 'http']).default('http'),
  /** A draft: its files by name. */
  files: z
    .record(z.string(), z.string())
    .transform((files) => new Map(Object.entries(files)))
    .superRefine((files, context) => {
      const found = draftProblem(files)
      if (found !== undefined) context.addIssue(found)
    })
    .optional(),
})
const rollbackRequest = z.strictObject({
  ...{ by, allowMissingContexts },
  to: z.int().positive().optional(),
})

export type ReloadRequest = z.input<typeof reloadRequest>
export type RollbackRequest = z.input<typeof rollbackRequest>

/** The body of a request: a draft has 10 MB in all, which JSON makes longer. */
const MOST_BYTES = 25_000_000

/** What a running Doorman does on command, and what it tells. */
export interface Control {
  reload(request: z.output<typeof reloadRequest>): Promise<ReloadResult>
  rollback(request: z.output<typeof rollbackRequest>): Promise<ReloadResult>
  candidate(): WaitingCandidate | undefined
  metrics(): Promise<string>
  vitals(): Vitals
}

/** Of what `/ready` is made. Nothing about a caller is in it: it is served without a token. */
export interface Vitals {
  /** `problems` say what keeps calls from being continued, or from being decided on all their facts. */
  readonly ari: { readonly isUp: boolean; readonly problems: readonly string[] }
  readonly ami: { readonly isUp: boolean }
  /** Doorman was told to stop and only finishes active calls. */
  readonly stopping: boolean
  /** Id of the active revision. */
  readonly revision: string
}

/** The answer of `/ready`: whether calls can be decided now. */
export type Readiness = Readonly<ReturnType<typeof readinessOf>>

const REFUSED = 409
const UNAVAILABLE = 503

/** Served without a token: nothing about a caller is in them. */
const PUBLIC = new Set<string | undefined>(['/metrics', '/live', '/ready'])

/**
 * Starts the control server and writes its address to the data folder, where `doorman reload` finds it. A port that is
 * in use or a folder that cannot be written is logged, and calls go on without a control server.
 * @param isDataInUse whether another Doorman uses the data folder; its address stays there.
 */
export async function openControl(
  settings: Settings,
  control: Control,
  log: Log,
  isDataInUse = false,
): Promise<{ readonly stop: () => Promise<void> }> {
  const { DOORMAN_CONTROL_HOST: host, DOORMAN_CONTROL_PORT: port, DOORMAN_DATA: data } = settings
  const token = settings.DOORMAN_CONTROL_TOKEN ?? randomBytes(24).toString('hex')
  const server = controlServer(control, token)
  try {
    await server.listen({ host, port })
    const url = boundAt(server.server.address() as AddressInfo)
    const address = { url: reachable(url), token, pid: process.pid, flows: resolve(settings.DOORMAN_FLOWS) }
    if (!isDataInUse) await writeAddress(data, address)
    log.info(`The control server listens at ${url}.`, { event: 'control' })
  } catch (error) {
    await server.close()
    log.error(
      `The control server cannot run at ${host}:${port}: ${(error as Error).message}. Set DOORMAN_CONTROL_PORT or ` +
        'DOORMAN_DATA. Until then "doorman reload" does not work; SIGHUP does.',
      { event: 'control_problem' },
    )
  }
  return {
    stop: async () => {
      await server.close()
      await removeAddress(data, process.pid)
    },
  }
}

/**
 * `POST /reload`, `POST /rollback` and `GET /candidate`, each with `Authorization: Bearer <token>`, and without a token
 * `GET /metrics`, `GET /live` and `GET /ready`.
 */
function controlServer(control: Control, token: string): FastifyInstance {
  const server = fastify({ bodyLimit: MOST_BYTES, forceCloseConnections: true })
  server.setErrorHandler<FastifyError>(async ({ statusCode = 500, message }, _request, reply) => {
    await reply.code(statusCode).send({ error: `${message}.` })
  })
  server.addHook('onRequest', async (request, reply) => {
    if (!PUBLIC.has(request.routeOptions.url) && !isAllowed(request, token))
      await reply.code(401).send({ error: 'The token is missing or wrong.' })
  })
  server.addHook('preHandler', async (request, reply) => {
    if (request.method === 'POST' && control.vitals().stopping)
      await reply.code(UNAVAILABLE).send({ error: 'Doorman is stopping and takes no commands.' })
  })
  addCommand(server, '/reload', reloadRequest, (request) => control.reload(request))
  addCommand(server, '/rollback', rollbackRequest, (request) => control.rollback(request))
  addViews(server, control)
  return server
}

function addCommand<Request>(
  server: FastifyInstance,
  path: string,
  schema: z.ZodType<Request>,
  run: (request: Request) => Promise<ReloadResult>,
): void {
  server.post(path, async (request, reply) => {
    const parsed = schema.safeParse(request.body ?? {})
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) })
    const result = await run(parsed.data)
    return reply.code(result.ok ? 200 : REFUSED).send(result)
  })
}

function addViews(server: FastifyInstance, control: Control): void {
  server.get('/candidate', async () => ({ candidate: control.candidate() ?? null }))
  server.get('/metrics', async (_request, reply) => reply.type('text/plain').send(await control.metrics()))
  // Says nothing about the PBX: a lost PBX is no reason for a supervisor to restart Doorman.
  server.get('/live', async () => ({ live: true }))
  server.get('/ready', async (_request, reply) => {
    const readiness = readinessOf(control.vitals())
    return reply.code(readiness.ready ? 200 : UNAVAILABLE).send(readiness)
  })
}

function readinessOf({ ari, ami, stopping, revision }: Vitals) {
  const stateOf = ({ isUp }: { readonly isUp: boolean }) => (isUp ? 'up' : 'down')
  const ready = ari.isUp && ami.isUp && !stopping
  return { ready, ari: stateOf(ari), ami: stateOf(ami), stopping, revision, problems: ari.problems }
}

/** Compares digests, so that the time taken does not depend on the token, not even on its length. */
function isAllowed({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string) => hash('sha256', text, 'buffer')
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`))
}

function boundAt({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** A server bound to every address is reached over loopback. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}
