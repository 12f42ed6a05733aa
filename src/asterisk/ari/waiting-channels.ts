import type { Arrival } from '../pbx.js'
import { type ChannelJson, waitingCall } from './stasis-event.js'
import type { AriTransport } from './transport.js'

const ANSWERED = 200

/**
 * The ids of the channels that are in an application, whether we heard of them or not. One that nobody has
 * registered may be unknown to Asterisk while channels wait in it; then all channels are gone through.
 */
export async function channelsIn(application: string, ari: AriTransport): Promise<readonly string[]> {
  const { status, body } = await ari.send({ method: 'GET', path: `applications/${application}` })
  const ids = (body as { channel_ids?: unknown } | undefined)?.channel_ids
  if (status === ANSWERED && Array.isArray(ids)) return ids.map(String)
  const all = await ari.send({ method: 'GET', path: 'channels' })
  const channels = all.status === ANSWERED && Array.isArray(all.body) ? (all.body as ChannelJson[]) : []
  return channels.filter((channel) => isIn(application, channel)).map(({ id }) => String(id))
}

function isIn(application: string, { dialplan }: ChannelJson): boolean {
  return dialplan?.app_name === 'Stasis' && String(dialplan.app_data).split(',')[0] === application
}

/** The call that a waiting channel is; undefined where it has left meanwhile. */
export async function callOn(channelId: string, ari: AriTransport): Promise<Arrival | undefined> {
  const { status, body } = await ari.send({
    method: 'GET',
    path: `channels/${encodeURIComponent(channelId)}`,
  })
  return status === ANSWERED && isWaiting(body as ChannelJson) ? waitingCall(body as ChannelJson) : undefined
}

/** One that has gone on in the dialplan since is there still, and is nobody's to decide. */
function isWaiting({ dialplan }: ChannelJson): boolean {
  return typeof dialplan?.app_name !== 'string' || dialplan.app_name.startsWith('Stasis')
}

/** Whether any program has the application registered, or a call is left in it. */
export async function isRegistered(application: string, ari: AriTransport): Promise<boolean> {
  const { status } = await ari.send({ method: 'GET', path: `applications/${application}` })
  return status === ANSWERED
}
