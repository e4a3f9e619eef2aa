/** A service on EKS that assumes a role and lists a bucket: each client is instrumented, and so is the chain behind it. */
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { IdentityTelemetry } from 'identity-slo/client'
import { PrometheusMetrics } from 'identity-slo/client/prometheus'
import { Registry } from 'prom-client'

const registry = new Registry()
const identity = new IdentityTelemetry({ metrics: new PrometheusMetrics(registry) })

const credentials = identity.aws(fromNodeProviderChain(), { name: 'fromNodeProviderChain' })
const endpoint = process.env['AWS_ENDPOINT_URL_S3']
const s3 = identity.awsClient(
  new S3Client({ credentials, ...(endpoint && { endpoint, forcePathStyle: true }) }),
)

const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: 'orders' }))
s3.destroy()

console.log(`The bucket has ${KeyCount ?? 0} objects.`)
console.log(await registry.metrics())
