/** The indicators that are built, in the order of design section 5. */
import { assignmentDrift } from './assignment-drift.ts'
import { blastRadius } from './blast-radius.ts'
import type { Indicator } from './indicator.ts'
import { metadataEndpoint } from './metadata-endpoint.ts'
import { permissionViolation } from './permission-violation.ts'
import { secretFallback } from './secret-fallback.ts'
import { serviceAuth } from './service-auth.ts'
import { tokenAge } from './token-age.ts'
import { tokenFetchLatency } from './token-fetch-latency.ts'
import { tokenIssuance } from './token-issuance.ts'
import { tokenRefresh } from './token-refresh.ts'

export const availableIndicators: readonly Indicator[] = [
  tokenIssuance,
  tokenFetchLatency,
  tokenRefresh,
  serviceAuth,
  assignmentDrift,
  tokenAge,
  metadataEndpoint,
  permissionViolation,
  secretFallback,
  blastRadius,
]
