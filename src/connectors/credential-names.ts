/** Which secrets are, by their name, long-lived credentials of a cloud identity: a workload with an identity needs none. */

/** Compared without case, hyphens, underscores and dots. */
const parts = [
  'accesskey',
  'secretkey',
  'awscredential',
  'clientsecret',
  'serviceaccountkey',
  'serviceaccountjson',
  'gcpsakey',
  'gcpcredential',
  'googlecredential',
  'googleapplicationcredential',
  'azurecredential',
  'serviceprincipal',
  'storagekey',
  'accountkey',
  'sastoken',
]

export function namesCredential(secret: string): boolean {
  const plain = secret.toLowerCase().replaceAll(/[-_.]/g, '')
  return parts.some((part) => plain.includes(part))
}
