/** Who may act as a role, by its trust policy. */
import type { JsonObject, JsonValue } from '../connectors/connector.ts'
import { object, text } from '../connectors/fields.ts'
import { conditionsOf, oneOrMore, policyDocument, statementsOf } from './aws-policies.ts'
import type { Fact, TrustFact } from './facts.ts'
import { accountOf, principalKey } from './names.ts'

export const everyone = '*'

/** The subjects that a trust policy of a web identity names: conditions on the token's `sub`. */
function subjectsOf(statement: JsonObject): readonly string[] {
  const operators = Object.values(object(statement['Condition']) ?? {})
  return operators.flatMap((operator) =>
    Object.entries(object(operator) ?? {}).flatMap(([key, value]) =>
      key.toLowerCase().endsWith(':sub') ? oneOrMore(value) : [],
    ),
  )
}

type Trust = Omit<TrustFact, 'fact' | 'target'>

/** `111122223333` and `arn:aws:iam::111122223333:root`: whoever that account lets. */
function awsTrust(written: string, role: string, conditions: readonly string[]): Trust {
  if (written === '*') return { who: everyone, needsGrant: false, conditions }
  const account = /^\d{12}$/.test(written) ? written : accountOf(written)
  const isAccount = /^\d{12}$/.test(written) || written.endsWith(':root')
  if (isAccount) return { who: `account:${account}`, needsGrant: true, conditions }
  // Another account's principal also needs a right of its own; here the trust is enough.
  const isForeign = account !== '' && account !== accountOf(role)
  return { who: principalKey('aws', '', written), needsGrant: isForeign, conditions }
}

function trustsOf(statement: JsonObject, role: string): readonly Trust[] {
  const conditions = conditionsOf(statement)
  const principal: JsonValue | undefined = statement['Principal']
  if (text(principal) === '*') return [awsTrust('*', role, conditions)]
  const named = object(principal)
  const subjects = subjectsOf(statement)
  const federated = oneOrMore(named?.['Federated']).flatMap((provider): Trust[] => {
    // A subject with a wildcard is a pattern of names: who that is cannot be told from here.
    const exact = subjects.filter((subject) => !/[*?]/.test(subject))
    if (exact.length === 0) return [{ who: `federated:${provider}`, needsGrant: false, conditions }]
    return exact.map((who) => ({ who, needsGrant: false, conditions: [] }))
  })
  return [
    ...oneOrMore(named?.['AWS']).map((written) => awsTrust(written, role, conditions)),
    ...oneOrMore(named?.['Service']).map((service) => ({
      who: `service:${service}`,
      needsGrant: false,
      conditions,
    })),
    ...federated,
  ]
}

/** Principals that were deleted stay in trust policies by their unique id. */
const uniqueId = /^A(?:ROA|IDA)[A-Z0-9]{12,}$/

export function trustFacts(role: JsonObject, target: string): readonly Fact[] {
  const facts: Fact[] = []
  for (const statement of statementsOf(policyDocument(role['AssumeRolePolicyDocument']))) {
    if (text(statement['Effect']) !== 'Allow') continue
    for (const trust of trustsOf(statement, target)) {
      facts.push({ fact: 'trust', target, ...trust })
      if (uniqueId.test(trust.who))
        facts.push({
          fact: 'principal',
          provider: 'aws',
          id: trust.who,
          type: 'unknown',
          tenant: '',
          state: 'deleted',
        })
      if (trust.who.startsWith('service:'))
        facts.push({ fact: 'principal', provider: 'aws', id: trust.who, type: 'service', tenant: '' })
    }
  }
  return facts
}
