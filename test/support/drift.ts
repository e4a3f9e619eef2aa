/** Baselines, lists of rights and change events for tests of drift. */
import { defaultPseudonymKey } from '../../src/app/attribution.ts'
import { atOnce } from '../../src/app/steps.ts'
import { availableConnectors } from '../../src/connectors/available.ts'
import { Decoder, DecoderPlan } from '../../src/connectors/decode.ts'
import type { AssignmentChange } from '../../src/events/event.ts'
import { defaultPseudonymPolicy, pseudonymise } from '../../src/events/pseudonyms.ts'
import type { Snapshot } from '../../src/inventory/access-graph.ts'
import { Baseline, type BaselineContent } from '../../src/inventory/drift/baseline.ts'
import { type Difference, differencesFrom } from '../../src/inventory/drift/differences.ts'
import { type HeldGrant, inOrder } from '../../src/inventory/drift/held-grant.ts'
import { type Listing, listingOf } from '../../src/inventory/drift/listing.ts'
import type { Teller } from '../../src/inventory/drift/rights-held.ts'
import { inflate } from '../../src/platform/inflate.ts'
import { keyedPseudonym } from '../../src/platform/pseudonym.ts'

export function aBaseline(grants: readonly HeldGrant[], more: Partial<BaselineContent> = {}): Baseline {
  return new Baseline({ grants, approvedActors: [], isInWindow: () => false, ...more })
}

export function aListing(snapshot: Snapshot): Listing {
  return atOnce(listingOf(snapshot))
}

/** In the order of their grants. */
export function differences(
  baseline: Baseline,
  listings: readonly Listing[],
  teller: Teller,
): readonly Difference[] {
  return inOrder(atOnce(differencesFrom(baseline, listings, teller)), ({ grant }) => grant)
}

/** The changes of rights in records, before and after pseudonyms. */
export function changesIn(
  text: string | Uint8Array,
): readonly { readonly raw: AssignmentChange; readonly change: AssignmentChange }[] {
  const found: { raw: AssignmentChange; change: AssignmentChange }[] = []
  const pseudonym = keyedPseudonym(defaultPseudonymKey)
  const decoder = new Decoder(new DecoderPlan(availableConnectors), inflate, {
    events: (events) => {
      for (const raw of events) {
        const change = pseudonymise(raw, defaultPseudonymPolicy, pseudonym)
        if (raw.kind === 'assignment.change' && change.kind === 'assignment.change')
          found.push({ raw, change })
      }
    },
    rejection: () => undefined,
  })
  decoder.push(Buffer.from(text))
  decoder.end()
  return found
}
