/** Tells requests to metadata endpoints and local token agents from all others, by host. */
import type { Provider } from './identity.ts'

/** Link-local addresses and names that the platforms document. */
const documented: ReadonlyMap<string, Provider | undefined> = new Map<string, Provider | undefined>([
  // Azure, AWS and Google Cloud share it: the path tells.
  ['169.254.169.254', undefined],
  ['[fd00:ec2::254]', 'aws'],
  ['169.254.170.2', 'aws'],
  ['169.254.170.23', 'aws'],
  ['[fd00:ec2::23]', 'aws'],
  ['metadata.google.internal', 'gcp'],
  ['metadata.google.internal.', 'gcp'],
])

/** Where SDKs are told of another endpoint. */
const variables: Readonly<Record<string, Provider>> = {
  AZURE_POD_IDENTITY_AUTHORITY_HOST: 'azure',
  IDENTITY_ENDPOINT: 'azure',
  MSI_ENDPOINT: 'azure',
  IMDS_ENDPOINT: 'azure',
  AWS_EC2_METADATA_SERVICE_ENDPOINT: 'aws',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'aws',
  GCE_METADATA_HOST: 'gcp',
  GCE_METADATA_IP: 'gcp',
}

function providerByPath(path: string): Provider {
  if (path.startsWith('/metadata/')) return 'azure'
  return path.startsWith('/computeMetadata/') ? 'gcp' : 'aws'
}

/** `host` or `host:port` of an address with or without a scheme; `undefined` for what is none. */
function hostOf(address: string): string | undefined {
  try {
    return new URL(/^[a-z]+:\/\//i.test(address) ? address : `http://${address}`).host
  } catch {
    return undefined
  }
}

export class MetadataEndpoints {
  readonly #environment: Readonly<Record<string, string | undefined>>
  readonly #hosts = new Map<string, string | undefined>()

  /** The environment is read at each call: applications may fill it after this library has been loaded. */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment
  }

  /** Whose endpoint it is, or `undefined` where it is none. */
  providerOf(host: string, path: string): Provider | undefined {
    if (documented.has(host)) return documented.get(host) ?? providerByPath(path)
    for (const [variable, provider] of Object.entries(variables)) {
      const address = this.#environment[variable]
      if (address !== undefined && this.#hostIn(address) === host) return provider
    }
    return undefined
  }

  #hostIn(address: string): string | undefined {
    if (!this.#hosts.has(address)) this.#hosts.set(address, hostOf(address))
    return this.#hosts.get(address)
  }
}
