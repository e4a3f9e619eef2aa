import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { type Outcome, outcomesOf } from '../support/outcomes.ts'

const samples = new URL('../../../shared/samples/', import.meta.url)
const isAbsent = !existsSync(samples)
const folder = new URL('ocsf/', samples)

function listed(): string[] {
  return isAbsent ? [] : readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
}

function outcomes(file: string): Outcome[] {
  return outcomesOf(availableConnectors, readFileSync(new URL(file, folder)))
}

/** Events in OCSF; the other files are what they were made from, and what others make of them. */
function isOcsf(file: string): boolean {
  if (file.endsWith('.ocsf')) return true
  return file.endsWith('.json') && !file.endsWith('.expected.json') && !file.endsWith('samples_eks.json')
}

const events = listed().filter(isOcsf)

/** Records that give no event, and why that is right. */
const withoutEvent: Readonly<Record<string, string>> = {
  'examples/md_GitHub_v1.3.0_Github_Audit_Logs_API_Activity_samples_api_activity.ocsf':
    'missing_field: neither a status nor an answer, and a push that may have been refused',
  'examples/md_GitHub_v1.3.0_Github_Audit_Logs_Authentication_samples_authentication.ocsf':
    'missing_field: neither a status nor an answer',
  'examples/md_GitHub_v1.3.0_Github_Audit_Logs_Group_Management_samples_group_management.ocsf':
    'not_relevant: Group Management is not one of the four classes',
  'examples/md_Okta_v1.3.0_System_Logs_Group_Management_samples_group_management.ocsf':
    'not_relevant: Group Management is not one of the four classes',
  'examples/blobl_AWS_eks_v1.2.0_samples_ocsf_eks.json': 'not_relevant: a node is no workload',
  'examples/encodings_ilf_example_logs_eks.ocsf': 'not_relevant: a node is no workload',
  'examples/md_AWS_v1.1.0_EKS_Audit_Logs_samples_eks.ocsf': 'not_relevant: a node is no workload',
}

/** Pairs of a record and its OCSF form in which only the form was changed; in the others, values were too. */
const pairs = [
  'examples/md_AWS_v1.1.0_CloudTrail_API_Activity_samples_generic_api_activity',
  'examples/md_AWS_v1.1.0_CloudTrail_Account_Change_samples_account_change',
  'examples/md_AWS_v1.1.0_CloudTrail_Authentication_samples_authentication',
  'examples/md_AWS_v1.1.0_EKS_Audit_Logs_samples_eks',
]

function withoutOrigin(outcome: Outcome | undefined): unknown {
  const told = outcome?.events?.map((event: IdentityEvent) => ({
    ...event,
    id: event.id.slice(event.source.length),
    source: '',
  }))
  return JSON.parse(JSON.stringify(told ?? outcome?.rejection))
}

describe.skipIf(isAbsent)('OCSF over public events (left out when ../shared/samples is absent)', () => {
  it.each(events)('takes %s for its own', (file) => {
    const [outcome, ...others] = outcomes(file)
    expect(others).toEqual([])
    expect(outcome?.source).toBe('ocsf')
    const why = withoutEvent[file]
    expect(outcome?.rejection?.reason, why).toBe(why?.split(':')[0])
  })

  it.each(pairs)('reads %s as its own connector reads the original', (pair) => {
    expect(withoutOrigin(outcomes(`${pair}.ocsf`)[0])).toEqual(withoutOrigin(outcomes(`${pair}.raw`)[0]))
  })

  it.each(listed().filter((file) => file.endsWith('.expected.json')))(
    'agrees with the outcome of %s',
    (file) => {
      const expected = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
        event?: { outcome?: string }
      }
      const [event] = outcomes(file.replace('.expected.json', '.json'))[0]?.events ?? []
      // Of a status of 99 the oracle says nothing; the answer has no error.
      expect(event?.outcome).toBe(expected.event?.outcome ?? 'success')
    },
  )
})
