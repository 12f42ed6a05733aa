import type { Conversation } from 'asterisk-doorman'
import { vips } from './shared.js'

const NAME = 'not_seen_before_a_call'

// conv.gotoFlow('in_a_comment')
export default function triage(conv: Conversation): void {
  const { gotoFlow } = conv
  if (conv.vip) conv.gotoFlow('vip_flow')
  else if (conv.branch === 'North') conv.gotoFlow('vip_flw')
  else if (conv.trunk) conv.gotoFlow(conv.branch === 'South' ? "main" : "mian")
  else if (conv.callerTrusted) gotoFlow(`nowhere`)
  else if (conv.callerName === 'x') conv.gotoFlow(NAME)
  else if (conv.state.flow) conv.gotoFlow(String(conv.state.flow))
  else vips(conv)
}
