import type { Conversation } from 'asterisk-doorman'

export default function triage(conv: Conversation) {
  conv.state.metadata = {
    callerId: conv.sipHeaders.get('From') ?? 'Unknown',
    dialedNumber: conv.calleeNumber,
  }
  conv.state.branch = conv.calleeNumber === '+15557654321' ? 'North Branch' : 'South Branch'
  if (conv.callerNumber === '+15551234567') conv.gotoFlow('vip_support_flow')
  else conv.gotoFlow('general_support_flow')
}
