export default function triage(conv) {
  conv.state.tier = conv.lookup('cmr')?.tier
  conv.gotoFlow('main')
}
