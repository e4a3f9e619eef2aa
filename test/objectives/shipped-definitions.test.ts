/** The definitions we ship load without a word, and are the ones we say. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { alertPlan } from '../../src/objectives/alert-windows.ts'
import { loadDefinitions } from '../../src/objectives/definitions/catalogue.ts'

const folder = new URL('../../slo-definitions/', import.meta.url)
const files = readdirSync(folder)
  .sort()
  .map((name) => ({ path: name, text: readFileSync(new URL(name, folder), 'utf8') }))
const { catalogue, problems } = loadDefinitions(files)

test('they have no errors and no warnings', () => {
  expect(problems).toEqual([])
})

test('their objectives are the default ones', () => {
  const lines = catalogue.objectives.map(({ id, sli, target, window }) => {
    const options = [sli?.faults?.join(','), sli?.thresholdMs, ...Object.values(sli?.where ?? {}).flat()]
    const shown = options.filter((option) => option !== undefined).join(' ')
    return `${id}: ${sli?.indicator} ${shown} ${target.percent} % ${window.text}`.replaceAll(/ +/g, ' ')
  })
  expect(lines).toEqual([
    'identity-platform-assignment-drift: assignment-drift 99.99 % 30d',
    'identity-platform-blast-radius: blast-radius 99 % 30d',
    'identity-platform-metadata-endpoint: metadata-endpoint network,platform 99.99 % 30d',
    'workload-access-permission-violation: permission-violation 99.9 % 30d',
    'workload-access-secret-fallback: secret-fallback 99 % 30d',
    'workload-access-service-auth: service-auth 99.9 % 7d',
    'identity-platform-token-age: token-age 99 % 30d',
    'identity-platform-kubernetes-token-fetch-latency: token-fetch-latency 200 kubernetes 95 % 30d',
    'identity-platform-token-issuance: token-issuance critical standard 99.95 % 30d',
    'identity-platform-token-issuance-platform: token-issuance platform 99.95 % 30d',
    'identity-platform-token-issuance-batch: token-issuance batch 99 % 30d',
    'identity-platform-token-refresh: token-refresh 99.9 % 7d',
  ])
})

test('every objective has an owner, a description and someone to tell of its pages and tickets', () => {
  for (const objective of catalogue.objectives) {
    expect(objective.owner).not.toBe('')
    expect(objective.description).not.toBe('')
    expect(objective.displayName).not.toBe(objective.name)
    const slo = catalogue.slos.find((each) => each.objectiveIds.includes(objective.id))
    const severities = alertPlan(objective.window.durationMs, objective).windows.map(
      ({ severity }) => severity,
    )
    const told = slo?.alertPolicies.map((policy) => policy.condition.severity)
    expect(told).toEqual([...new Set(severities)])
  }
})

test('nothing is defined that nothing uses', () => {
  const usedPolicies = new Set(
    catalogue.slos.flatMap((slo) => slo.alertPolicies.map((each) => each.metadata.name)),
  )
  expect(
    catalogue.alertPolicies.map((each) => each.metadata.name).filter((name) => !usedPolicies.has(name)),
  ).toEqual([])
  const usedConditions = new Set(catalogue.alertPolicies.map((each) => each.condition.metadata.name))
  expect(catalogue.alertConditions.filter((each) => !usedConditions.has(each.metadata.name))).toEqual([])
  const usedServices = new Set(catalogue.objectives.map((each) => each.service))
  expect(catalogue.services.filter((each) => !usedServices.has(each.metadata.name))).toEqual([])
  const usedSlis = catalogue.slos.map(({ definition }) => definition.indicator)
  const names = usedSlis.flatMap((each) => (each && 'ref' in each ? [each.ref.name] : []))
  expect(catalogue.slis.filter((each) => !names.includes(each.metadata.name))).toEqual([])
})
