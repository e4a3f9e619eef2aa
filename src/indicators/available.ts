/** The indicators that are built, in the order of design section 5. */
import type { Indicator } from './indicator.ts'
import { serviceAuth } from './service-auth.ts'
import { tokenFetchLatency } from './token-fetch-latency.ts'
import { tokenIssuance } from './token-issuance.ts'

export const availableIndicators: readonly Indicator[] = [tokenIssuance, tokenFetchLatency, serviceAuth]
