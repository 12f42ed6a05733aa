import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import fastify from 'fastify'
import type * as z from 'zod'
import type { OverrideResult, Overrides } from '../call/overrides.js'
import type { SampledCall } from '../fleet/sampled-calls.js'
import type { Log } from '../lib/log.js'
import type { ReloadOptions, ReloadResult } from '../revisions/candidate.js'
import { type Settings, whyNoConsole } from '../settings/index.js'
import { Access, authorOf, guard, needs, RefusedRequest, readRequest, shown, TOKEN_OWNER } from './access.js'
import { removeAddress, writeAddress } from './client.js'
import { addConsole } from './console.js'
import { openStream } from './live-calls.js'
import {
  type CommandResult,
  type Control,
  endRequest,
  forgetRequest,
  overrideRequest,
  readinessOf,
  reloadRequest,
  rollbackRequest,
  type ServerParts,
} from './running-control.js'

/** The body of a request: a draft has 10 MB in all, which JSON makes longer. */
const MOST_BYTES = 25_000_000

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
  const owner = { name: TOKEN_OWNER, role: 'admin', token } as const
  const access = new Access([owner, ...(settings.DOORMAN_TOKENS ?? [])], log)
  let server: FastifyInstance | undefined
  try {
    server = controlServer({ control, access, settings, log })
    await server.listen({ host, port })
    const protocol = settings.DOORMAN_CONTROL_CERT === undefined ? 'http' : 'https'
    const url = boundAt(server.server.address() as AddressInfo, protocol)
    const address = { url: reachable(url), token, pid: process.pid, flows: resolve(settings.DOORMAN_FLOWS) }
    if (!isDataInUse) await writeAddress(data, address)
    log.info(`The control server listens at ${url}.`, { event: 'control' })
  } catch (error) {
    await server?.close()
    log.error(
      `The control server cannot run at ${host}:${port}: ${(error as Error).message}. Set DOORMAN_CONTROL_PORT, ` +
        'DOORMAN_CONTROL_CERT or DOORMAN_DATA. Until then "doorman reload" does not work; SIGHUP does.',
      { event: 'control_problem' },
    )
  }
  return {
    stop: async () => {
      await server?.close()
      await removeAddress(data, process.pid)
    },
  }
}

/**
 * `POST /reload`, `/rollback` and `/forget`, `GET /candidate`, `/greetings`, `/tables`, `/fleet` and `/fleet/live`, and
 * `/overrides`, each with `Authorization: Bearer <token>`; without a token `GET /metrics`, `/live` and `/ready`.
 */
export function controlServer(parts: ServerParts): FastifyInstance {
  const { control, access, settings, log } = parts
  const isHttps = settings.DOORMAN_CONTROL_CERT !== undefined
  const server = fastify({
    ...{ bodyLimit: MOST_BYTES, forceCloseConnections: true, https: isHttps ? certificate(settings) : null },
    trustProxy: settings.DOORMAN_PROXIES ?? false,
  }) as unknown as FastifyInstance
  server.setErrorHandler<FastifyError>(async (error, _request, reply) => {
    const { statusCode = 500, message } = error
    await reply.code(statusCode).send({ error: error instanceof RefusedRequest ? message : `${message}.` })
  })
  guard(server, access, { settings, isPublic: (url) => PUBLIC.has(url) })
  server.addHook('preHandler', async (request) => {
    if (request.method !== 'GET' && control.vitals().stopping)
      throw new RefusedRequest(UNAVAILABLE, 'Doorman is stopping and takes no commands.')
  })
  addCommand(server, '/reload', control, reloadRequest, (request) => control.reload(request))
  addCommand(server, '/rollback', control, rollbackRequest, (request) => control.rollback(request))
  addForget(server, control)
  addOverrides(server, control.overrides)
  addViews(server, control)
  const problem = whyNoConsole(settings)
  if (problem !== undefined) log.warn(problem, { event: 'console_off' })
  else if (settings.DOORMAN_CONSOLE) addConsole(server, parts)
  return server
}

/** With `If-Match: "<revision>"` it is refused where another revision is active when its turn comes. */
function addCommand<Request extends { readonly by?: string | undefined }>(
  server: FastifyInstance,
  path: string,
  control: Control,
  schema: z.ZodType<Request>,
  run: (request: Request & Pick<ReloadOptions, 'expected'>) => Promise<ReloadResult>,
): void {
  server.post(path, needs('admin'), async (request, reply) => {
    const order = readRequest(schema, request.body)
    const expected = request.headers['if-match']?.replaceAll('"', '')
    const result = await run({ ...order, expected, by: authorOf(request.user, order.by) })
    if (!result.ok && result.isOutdated) throw new RefusedRequest(412, result.problems[0]?.message ?? '')
    const answer: CommandResult = { ...result, greetings: await control.rendered() }
    return reply.code(result.ok ? 200 : REFUSED).send(answer)
  })
}

function addForget(server: FastifyInstance, control: Control): void {
  server.post('/forget', needs('admin'), async (request) => {
    const order = readRequest(forgetRequest, request.body)
    const forgotten = await control.forget({ ...order, by: authorOf(request.user, order.by) })
    if (forgotten === undefined) throw new RefusedRequest(400, 'This is no number of a caller.')
    return forgotten
  })
}

function addViews(server: FastifyInstance, control: Control): void {
  // What has changed may name numbers, which viewers see masked in the console.
  server.get('/candidate', needs('operator'), async () => ({
    candidate: control.candidate() ?? null,
  }))
  server.get('/greetings', () => control.rendered())
  server.get('/tables', async ({ user }) => shown({ tables: control.tables() }, user))
  const fleetOf = ({ fleet } = control) => {
    if (fleet === undefined) throw new RefusedRequest(404, 'This PBX is in no fleet.')
    return fleet
  }
  server.get('/fleet', async ({ user }) => {
    const { name, view } = fleetOf()
    const { missing, pbxs, rings } = await view()
    // Only what is said in words: times would look like numbers of callers.
    return {
      ...{ name, missing },
      pbxs: pbxs.map(({ order, refusedOrders, ...pbx }) => ({
        ...{ ...pbx, ...shown({ refusedOrders }, user) },
        order: order && { ...order, ...shown({ problems: order.problems }, user) },
      })),
      rings: rings.map(({ problem, ...ring }) => ({ ...ring, ...shown({ problem }, user) })),
    }
  })
  server.get('/fleet/live', async ({ user }, reply) => {
    const { listen } = fleetOf()
    const { raw, send } = openStream(reply)
    const masked = (pbx: string) => (call: SampledCall) => ({ ...shown(call, user), pbx })
    raw.on(
      'close',
      listen((pbx, calls) => void send('calls', calls.map(masked(pbx)))),
    )
  })
  server.get('/metrics', async (_request, reply) => reply.type('text/plain').send(await control.metrics()))
  // Says nothing about the PBX: a lost PBX is no reason for a supervisor to restart Doorman.
  server.get('/live', async () => ({ live: true }))
  server.get('/ready', async (_request, reply) => {
    const readiness = readinessOf(control.vitals())
    return reply.code(readiness.ready ? 200 : UNAVAILABLE).send(readiness)
  })
}

/** @throws Error of the file system */
function certificate({ DOORMAN_CONTROL_CERT: cert = '', DOORMAN_CONTROL_KEY: key = '' }: Settings) {
  return { cert: readFileSync(cert), key: readFileSync(key) }
}

function boundAt({ address, family, port }: AddressInfo, protocol: string): string {
  return `${protocol}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** A server bound to every address is reached over loopback. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}

/** `GET /overrides`, and `PUT` and `DELETE /overrides/<name of the hours>`. */
function addOverrides(
  server: FastifyInstance,
  overrides: Pick<Overrides, 'list' | 'set' | 'end' | 'stored'>,
): void {
  type Route = { Params: { name: string } }
  const answer = async (result: OverrideResult, reply: FastifyReply) =>
    reply.code(result.ok ? 200 : REFUSED).send({ ...result, stored: await overrides.stored() })
  server.get('/overrides', async () => ({ overrides: overrides.list() }))
  server.put<Route>(
    '/overrides/:name',
    needs('operator'),
    async ({ params: { name }, body, user }, reply) => {
      const order = readRequest(overrideRequest, body)
      return answer(overrides.set(name, { ...order, by: authorOf(user, order.by) }), reply)
    },
  )
  server.delete<Route>(
    '/overrides/:name',
    needs('operator'),
    async ({ params: { name }, body, user }, reply) => {
      const order = readRequest(endRequest, body)
      return answer(overrides.end(name, authorOf(user, order.by)), reply)
    },
  )
}
