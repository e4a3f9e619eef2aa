/** What Vault's audit log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'vault audit enable file file_path=… (or socket, syslog), format json; one device is enough, a second repeats each line with other hashes',
  delivery: 'File on each server of the cluster, tailed or shipped; socket and syslog without a guarantee',
  delay: 'Seconds: an entry is written before the answer is sent',
  permissions: 'sudo on sys/audit to switch on; reading the file to collect',
  tells: {
    M1: 'yes',
    M2: 'no',
    M3: 'yes',
    M4: 'yes',
    M5: 'partly',
    M6: 'yes',
    M7: 'no',
    M8: 'yes',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    'A sealed Vault writes nothing. M2 would need the request entry beside the response entry. M5: who has which policy is hashed. M9: by the name of the secret.',
} as const satisfies SourceCoverage
