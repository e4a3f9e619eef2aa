/** What a run without records says: how to send the first one. */
import { type Html, html } from './html.ts'

export interface FirstRecord {
  /** `host:port` as the reader reached us. */
  readonly host: string
  /** Whether the webhook takes records, and whether it asks for a token. */
  readonly webhook: 'off' | 'open' | 'token'
  /** RFC 3339: the example is stamped with it. */
  readonly now: string
}

/** A Kubernetes audit event: a service account got a token. Invented. */
function exampleRecord(now: string): string {
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `first-record-${now}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/acme-shop/serviceaccounts/checkout/token',
    verb: 'create',
    user: { username: 'system:node:node-1', groups: ['system:nodes'] },
    objectRef: {
      resource: 'serviceaccounts',
      namespace: 'acme-shop',
      name: 'checkout',
      apiVersion: 'v1',
      subresource: 'token',
    },
    responseStatus: { code: 201 },
    requestReceivedTimestamp: now,
    stageTimestamp: now,
  })
}

/** What may stand in a command that people copy: a host and a port, and nothing that a shell reads. */
const plainHost = /^[\w.:[\]-]+$/

function command({ host, webhook, now }: FirstRecord): Html {
  const at = plainHost.test(host) ? host : 'HOST:PORT'
  const token = webhook === 'token' ? ` -H "Authorization: Bearer $TOKEN"` : ''
  return html`<pre tabindex="0"><code>curl${token} --data-binary @- http://${at}/v1/records &lt;&lt;'END'
${exampleRecord(now)}
END</code></pre>`
}

export function firstRecord(facts: FirstRecord): Html {
  const byHttp =
    facts.webhook === 'off'
      ? html`<p>The webhook is off: set <code>sources.webhook.enabled: true</code> to take records by HTTP.</p>`
      : html`<p>Send one and look at <a href="/sources">the sources</a>. This one says that a Kubernetes service account got a token; any log of docs/sources.md goes the same way, also a whole file (<code>--data-binary @signins.json</code>).</p>
${command(facts)}`
  return html`<section aria-labelledby="first"><h2 id="first">No records yet</h2>${byHttp}
<p>Or name files or folders under <code>sources.files</code>, topics under <code>sources.kafka</code>, and restart. <code>identity-slo inspect FILE</code> shows what is read of a log.</p></section>`
}
