import { describe, expect, it } from 'vitest'
import { attribute, attributionOf } from '../../src/app/attribution.ts'
import { availableConnectors } from '../../src/connectors/available.ts'
import { Decoder, DecoderPlan } from '../../src/connectors/decode.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { defaultPseudonymPolicy, pseudonymise } from '../../src/events/pseudonyms.ts'
import { apiPaths } from '../../src/outputs/open-api.ts'
import { inflate } from '../../src/platform/inflate.ts'
import { captured } from '../support/captured.ts'
import { EmbeddedService } from '../support/embedded-service.ts'
import { fixtureDocuments, leavesOf, withFields } from '../support/fixture-records.ts'
import { morning } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const documents = fixtureDocuments()

/** What providers, proxies and careless applications are known to write into logs, under the names that they use. */
const secretFields = [
  'accessToken',
  'access_token',
  'id_token',
  'refresh_token',
  'client_secret',
  'clientSecret',
  'client_assertion',
  'assertion',
  'sessionToken',
  'secretAccessKey',
  'SecretString',
  'password',
  'passwd',
  'Authorization',
  'x-amz-security-token',
  'cookie',
  'private_key',
  'privateKeyData',
  'token',
  'samlAssertion',
  'webIdentityToken',
  'sourceIPAddress',
  'userAgent',
  'ipAddress',
  'userDisplayName',
  'mail',
  'given_name',
  'phone',
]
const planted = Object.fromEntries(secretFields.map((field) => [field, `CANARY-${field}-eyJhbGciOi.J9.sig`]))

const person = 'canary.person@example.com'
const personName = 'Canary Person'

const aws = {
  eventVersion: '1.11',
  eventTime: '2026-03-02T09:15:00Z',
  awsRegion: 'eu-west-1',
  eventType: 'AwsApiCall',
  recipientAccountId: '111122223333',
  sourceIPAddress: '192.0.2.10',
}
const azureClaims = {
  'http://schemas.microsoft.com/identity/claims/objectidentifier': 'c40d8a17-2e95-4b6f-a1d3-f7089e5b6c24',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': person,
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name': person,
  'http://schemas.microsoft.com/identity/claims/scope': 'user_impersonation',
  name: personName,
  appid: '51f8a3e6-0c7d-4b29-8e14-d6c2b9a7f035',
}

/** A person at work with each provider, named wherever that provider names people. */
const peopleAtWork: readonly object[] = [
  {
    ...aws,
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    errorCode: 'AccessDenied',
    errorMessage: `User: arn:aws:iam::111122223333:user/${person} is not authorized to perform: s3:GetObject`,
    eventID: 'event-1',
    requestID: 'r-1',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE000000001',
      arn: `arn:aws:iam::111122223333:user/${person}`,
      accountId: '111122223333',
      accessKeyId: 'AKIAEXAMPLE000000001',
      userName: person,
    },
    requestParameters: { bucketName: 'acme-orders', key: `home/${person}/notes.txt` },
  },
  {
    ...aws,
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateRole',
    eventID: 'event-2',
    requestID: 'r-2',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE000000001:${person}`,
      arn: `arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operators_0123456789abcdef/${person}`,
      accountId: '111122223333',
      accessKeyId: 'ASIAEXAMPLE000000001',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLE000000001',
          arn: 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Operators_0123456789abcdef',
          accountId: '111122223333',
          userName: 'AWSReservedSSO_Operators_0123456789abcdef',
        },
      },
    },
    requestParameters: { roleName: 'acme-checkout', description: `for ${person}` },
    responseElements: {
      role: { arn: 'arn:aws:iam::111122223333:role/acme-checkout', roleName: 'acme-checkout' },
    },
  },
  {
    ...aws,
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    eventType: 'AwsConsoleSignIn',
    errorMessage: 'Failed authentication',
    eventID: 'event-3',
    userIdentity: {
      type: 'IAMUser',
      accountId: '111122223333',
      userName: person,
      principalId: 'AIDAEXAMPLE000000002',
    },
    responseElements: { ConsoleLogin: 'Failure' },
  },
  {
    time: '2026-03-02T09:15:00Z',
    category: 'SignInLogs',
    resourceId: '/tenants/7c1d9e52-3a40-4b8f-9d16-5e0a2f4c8b71/providers/Microsoft.aadiam',
    tenantId: '7c1d9e52-3a40-4b8f-9d16-5e0a2f4c8b71',
    resultType: '50126',
    identity: personName,
    properties: {
      id: 'event-4',
      createdDateTime: '2026-03-02T09:15:00Z',
      status: { errorCode: 50126, failureReason: `wrong password of ${person}` },
      userId: 'c40d8a17-2e95-4b6f-a1d3-f7089e5b6c24',
      userPrincipalName: person,
      userDisplayName: personName,
      resourceDisplayName: 'Azure Portal',
      ipAddress: '192.0.2.9',
    },
  },
  {
    time: '2026-03-02T09:15:00Z',
    category: 'Administrative',
    resourceId:
      '/subscriptions/2f6b1c04/resourceGroups/acme/providers/Microsoft.Storage/storageAccounts/orders',
    operationName: 'Microsoft.Storage/storageAccounts/listKeys/action',
    resultType: 'Failure',
    resultSignature: 'Forbidden.',
    correlationId: 'event-5',
    caller: person,
    identity: { claims: azureClaims },
    properties: {
      statusCode: 'Forbidden',
      statusMessage: `{"error":{"code":"AuthorizationFailed","message":"${person}"}}`,
    },
  },
  {
    time: '2026-03-02T09:15:00Z',
    category: 'AuditEvent',
    resourceId: '/SUBSCRIPTIONS/2F6B1C04/RESOURCEGROUPS/ACME/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/ACME-KV',
    operationName: 'SecretGet',
    resultSignature: 'Forbidden',
    resultDescription: `Caller is not authorized: oid=c40d8a17;upn=${person}`,
    correlationId: 'event-6',
    identity: {
      claim: {
        oid: 'c40d8a17-2e95-4b6f-a1d3-f7089e5b6c24',
        upn: person,
        unique_name: person,
        scp: 'user_impersonation',
      },
    },
    properties: {
      id: `https://acme-kv.vault.azure.net/secrets/CANARY-secret-name/1`,
      requestUri: 'https://acme-kv.vault.azure.net/secrets/CANARY-secret-name?api-version=7.4',
      httpStatusCode: 403,
    },
  },
  {
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      status: { code: 7, message: `${person} does not have access` },
      authenticationInfo: { principalEmail: person, principalSubject: `user:${person}` },
      serviceName: 'secretmanager.googleapis.com',
      methodName: 'google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion',
      resourceName: 'projects/100000000001/secrets/CANARY-secret-name/versions/latest',
      request: { name: 'projects/acme/secrets/CANARY-secret-name/versions/latest' },
    },
    insertId: 'event-7',
    resource: { type: 'audited_resource', labels: { project_id: 'acme-prod' } },
    timestamp: '2026-03-02T09:15:00Z',
    logName: 'projects/acme-prod/logs/cloudaudit.googleapis.com%2Fdata_access',
  },
  {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: 'event-8',
    stage: 'ResponseComplete',
    verb: 'get',
    requestURI: '/api/v1/namespaces/shop/secrets/CANARY-secret-name',
    user: { username: person, extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=0011'] } },
    objectRef: { resource: 'secrets', namespace: 'shop', name: 'CANARY-secret-name' },
    responseStatus: { code: 403, message: `User "${person}" cannot get resource` },
    requestReceivedTimestamp: '2026-03-02T09:15:00Z',
    stageTimestamp: '2026-03-02T09:15:00Z',
  },
]

const secretReadByWorkload = {
  ...(peopleAtWork.at(-1) ?? {}),
  auditID: 'event-9',
  user: { username: 'system:serviceaccount:shop:checkout' },
  responseStatus: { code: 200 },
  responseObject: { type: 'Opaque', data: { password: 'CANARY-value' } },
}

/** What is planted, with some of its surroundings. */
function leaksIn(text: string): readonly string[] {
  return text.match(/.{0,60}canary.{0,60}/gi) ?? []
}

function eventsOf(plan: DecoderPlan, document: unknown): readonly IdentityEvent[] {
  const attribution = attributionOf([], 'test')
  const found: IdentityEvent[] = []
  const decoder = new Decoder(plan, inflate, {
    events: (events) => {
      for (const event of events)
        found.push(pseudonymise(attribute(event, attribution), defaultPseudonymPolicy, attribution.pseudonym))
    },
    rejection: ({ message }) => expect(leaksIn(message)).toEqual([]),
  })
  decoder.push(Buffer.from(JSON.stringify(document)))
  decoder.end()
  return found
}

/** Pages, and JSON with more on it than pages have. */
const shownPaths = [
  ...['/metrics', '/', '/incidents', '/identities', '/drift', '/orphans', '/sources', '/nowhere'],
  ...apiPaths.filter((path) => !path.includes(':')),
]

describe('nothing that is planted in records leaves', () => {
  const records = [...documents.map(({ document }) => document), ...peopleAtWork, secretReadByWorkload].map(
    (record) => withFields(record, planted) as object,
  )

  it('by metrics, status, page or log of a run', async () => {
    using workspace = new Workspace()
    workspace.writeRecords('logs/a.ndjson', records)
    workspace.write('logs/b.ndjson', `{"cut": "CANARY-off\n{"a":"CANARY"}\nCANARY no JSON\n`)
    await using running = await EmbeddedService.start(
      workspace,
      { sources: { files: [{ path: 'logs' }] } },
      () => morning + 365 * 86_400_000,
    )
    await running.ready()
    const { text } = await running.send(linesOf(records))
    const { accepted } = running.pipeline.sources.totals()
    expect(accepted).toBeGreaterThan(documents.length / 2)
    const answers = await Promise.all(shownPaths.map(async (path) => (await running.get(path)).text))
    for (const shown of [text, ...answers, JSON.stringify(running.log)]) expect(leaksIn(shown)).toEqual([])
    for (const { identity } of running.pipeline.identities.top(10_000)) {
      const { text: page } = await running.get(`/identities/${encodeURIComponent(identity.id)}`)
      expect(leaksIn(page)).toEqual([])
    }
    // What was rejected was sampled, and is shown.
    expect(answers.join('')).toContain('malformed_json')
    // People are there, as pseudonyms.
    const people = running.pipeline.identities.top(10_000).filter(({ identity }) => identity.type === 'user')
    expect(people.length).toBeGreaterThan(0)
    for (const { identity } of people) expect(identity.id).toMatch(/^p_[0-9a-f]{16}$/)
  })

  it('by inspect or replay, for people or machines', async () => {
    using workspace = new Workspace()
    const file = workspace.writeRecords('a.ndjson', records)
    const slo = new URL('../../slo-definitions', import.meta.url).pathname
    const inspect = ['inspect', file]
    const replay = ['replay', file, '--slo', slo]
    for (const args of [
      [...inspect, '-o', 'table'],
      [...inspect, '-o', 'ndjson'],
      [...replay, '-o', 'table'],
      [...replay, '-o', 'json'],
    ]) {
      const { out, err } = await captured(args)
      expect(out.length).toBeGreaterThan(200)
      expect(leaksIn(out + err)).toEqual([])
    }
  })

  it('of any person at work with any provider', () => {
    const plan = new DecoderPlan(availableConnectors)
    for (const record of peopleAtWork) {
      const events = eventsOf(plan, record)
      expect(events.length).toBeGreaterThan(0)
      expect(leaksIn(JSON.stringify(events))).toEqual([])
    }
  })
})

/** Fields of records whose names speak of secrets or of people, and which hold an identifier all the same. */
const harmless = [
  'uniquetokenidentifier',
  // Named after the account that is asked for or acts: a service account's address is its name.
  'principalemail',
  'email_id',
]
const suspicious =
  /token$|secret|passw|assertion|signature|cookie|authorization$|mail|^upn$|^unique_name|userprincipal|displayname$|ip(address)?$|useragent|description/i
/** Names of clients and apps: the mapping takes them of actors and targets that are no people. */
const ofMachinesOnly = [
  'okta target.displayName',
  'okta detail.target.displayName',
  'okta detail.actor.displayName',
]
/** The client of a grant to a person: its id is no person's. */
const clientOfPerson = ['pingfederate connectionid']
const displayNamesOfMachines = /^(resourceDisplayName|app\.displayName|targetResources\.displayName)$/i

/** Each text of the fixtures is replaced in turn, a few times for each field. */
function forEachField(
  text: (former: string) => string,
  check: (field: string, connector: string, events: readonly IdentityEvent[]) => void,
): void {
  const plan = new DecoderPlan(availableConnectors)
  const tried = new Map<string, number>()
  for (const { connector, document } of documents) {
    for (const leaf of leavesOf(document)) {
      const key = `${connector} ${leaf.path.join('.')}`
      const times = tried.get(key) ?? 0
      if (times >= 2) continue
      tried.set(key, times + 1)
      leaf.set(text(leaf.text))
      check(leaf.path.join('.'), connector, eventsOf(plan, document))
      leaf.set(leaf.text)
    }
  }
}

describe('each field of each record', () => {
  it('is passed on only where its name speaks neither of secrets nor of people', () => {
    const passed = new Set<string>()
    forEachField(
      (former) => `${former}zqCANARYzq`,
      (field, connector, events) => {
        if (JSON.stringify(events).includes('CANARY')) passed.add(`${connector} ${field}`)
      },
    )
    expect(passed.size).toBeGreaterThan(100)
    const doubtful = [...passed].filter((entry) => {
      if (ofMachinesOnly.includes(entry)) return false
      const names = entry.slice(entry.indexOf(' ') + 1).split('.')
      const [last = '', before = ''] = [names.at(-1), names.at(-2)]
      const isMachine = displayNamesOfMachines.test(last) || displayNamesOfMachines.test(`${before}.${last}`)
      return suspicious.test(last) && !isMachine && !harmless.includes(last.toLowerCase())
    })
    expect(doubtful).toEqual([])
  })

  it('tells nothing of a person by an address in it', () => {
    const told = new Set<string>()
    forEachField(
      () => person,
      (field, connector, events) => {
        for (const { identity, workload, ...event } of events) {
          const ofPerson = [
            ...(identity.type === 'user' ? [identity.id, identity.name, workload?.name, event.app] : []),
            ...('actor' in event && event.actor.type === 'user' ? [event.actor.id, event.actor.name] : []),
            'principal' in event && identity.type === 'user' ? event.principal : undefined,
          ]
          if (ofPerson.some((text) => text?.includes('canary'))) told.add(`${connector} ${field}`)
        }
      },
    )
    expect([...told].filter((entry) => !clientOfPerson.includes(entry))).toEqual([])
  })
})
