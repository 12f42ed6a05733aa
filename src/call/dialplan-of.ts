import type { Applications } from '../asterisk/ari/applications.js'
import { dialplan } from '../asterisk/dialplan/dialplan.js'
import type { Revision } from '../flows/revision.js'
import { readPlans } from './read-plan.js'

/** The generated contexts for the Doormen at a PBX and a revision. They tell of each call what the revision reads. */
export function dialplanOf(applications: Applications, revision: Revision): string {
  const { flows, otherwise } = revision.routing
  const fallback = flows.get(otherwise)
  if (fallback === undefined) throw new Error(`There is no flow ${otherwise}; this is a defect in Doorman.`)
  const { telling, listing } = readPlans(revision).pjsip
  return dialplan({
    ...{ applications, fallback, fallbackFlow: otherwise },
    briefing: telling?.briefing,
    listing: listing?.briefing,
    listsHeaders: revision.needsAllHeaders,
  })
}
