/** What Keycloak's events can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'KC_LOG_CONSOLE_OUTPUT=json, and KC_LOG_LEVEL=INFO,org.keycloak.events:debug (or spi-events-listener-jboss-logging-success-level=info) so that successes are written too; admin events in the realm settings',
  delivery: 'container log through any shipper; or an event listener that posts the event JSON',
  delay: 'seconds, whatever the shipper adds',
  permissions: 'server configuration for the log; realm role view-events to read events over REST',
  tells: {
    M1: 'yes',
    M2: 'no',
    M3: 'partly',
    M4: 'partly',
    M5: 'partly',
    M6: 'partly',
    M7: 'no',
    M8: 'partly',
    M9: 'partly',
    M10: 'no',
  },
  notes:
    'At the default log level only failures are written: a success ratio of 0 means the wrong level. Lifetimes stand on refreshes only. Tokens used at other services leave no event, nor does a grant type that is not known; a token refused at userinfo names nobody. In the log, admin events name internal ids and no roles, do not say what changed, and name the realm of the administrator only.',
} as const satisfies SourceCoverage
