import type { AmiLine } from './ami/ami.js'
import type { AriLine } from './ari/ari.js'
import type { Pbx } from './pbx.js'

/** A real Asterisk behind the port: ARI for all but the variables, which AMI sets (see `Pbx.write`). */
export function livePbx(ari: AriLine, ami: AmiLine): Pbx {
  return {
    read: (channelId, expression, timeoutMs) => ari.read(channelId, expression, timeoutMs),
    write: (channel, variables, timeoutMs) => ami.setVariables(channel, variables, timeoutMs),
    get canWrite() {
      return ami.isUp
    },
    noteOf: (variables) => ari.noteOf(variables),
    noteWasMissing: () => ari.noteWasMissing(),
    continueAt: (channelId, place, timeoutMs, note) => ari.continueAt(channelId, place, timeoutMs, note),
    hasPlace: (channelId, place, timeoutMs) => ari.hasPlace(channelId, place, timeoutMs),
  }
}
