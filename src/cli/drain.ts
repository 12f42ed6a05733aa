import { askVersion } from '../asterisk/ari/connection.js'
import { DRAINED } from '../asterisk/ari/device-states.js'
import { type AriAccess, AriHttp } from '../asterisk/ari/http.js'
import { counted } from '../lib/units.js'
import { ariAccess } from '../settings/index.js'
import { type DoormanCommand, printResult, Refusal } from './command.js'

const ANSWER_MS = 3_000

export function addDrain(program: DoormanCommand): void {
  program
    .command('drain')
    .description("refuse a SIP proxy's new calls, so that other PBXs get them; calls that are here go on")
    .option('--end', 'take new calls again')
    .takes('json')
    .does('ari', async (settings, options: { readonly end?: true; readonly json?: true }) => {
      const channels = await setDrained(ariAccess(settings), options.end ? 'NOT_INUSE' : 'INUSE')
      const drained = `The PBX refuses a proxy's new calls; it has ${counted(channels, 'channel')}.`
      const text = options.end ? "The PBX takes a proxy's new calls again." : drained
      const next = 'doorman drain  says how many channels are left;  doorman drain --end'
      printResult(options, { drained: !options.end, channels }, text, options.end ? undefined : next)
    })
}

/** Asterisk keeps the state, also while Doorman or Asterisk itself is upgraded. @returns how many channels there are. */
async function setDrained(access: AriAccess, deviceState: 'INUSE' | 'NOT_INUSE'): Promise<number> {
  const http = new AriHttp(access)
  try {
    await askVersion(http, access.url)
    const put = { method: 'PUT', path: `deviceStates/${DRAINED}`, query: { deviceState } } as const
    const { status } = await http.send(put, ANSWER_MS)
    if (status >= 300) throw new Error(`ARI answered ${status}; load res_ari_device_states.so.`)
    const { body } = await http.send({ method: 'GET', path: 'channels' }, ANSWER_MS)
    return (body as readonly unknown[]).length
  } catch (error) {
    throw new Refusal('ari_unreachable', (error as Error).message)
  } finally {
    http.stop()
  }
}
