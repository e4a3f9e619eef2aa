import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { renderArtifacts } from '../../src/outputs/artifacts.ts'
import { arbitraryObjective, arbitraryObjectives } from '../support/arbitrary-objective.ts'

const ruleSchema = z.strictObject({
  record: z
    .string()
    .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/)
    .optional(),
  alert: z.string().min(1).optional(),
  expr: z.string().min(1),
  for: z
    .string()
    .regex(/^\d+m$/)
    .optional(),
  keep_firing_for: z
    .string()
    .regex(/^\d+m$/)
    .optional(),
  labels: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string().min(1)),
  annotations: z.record(z.string(), z.string().min(1)).optional(),
})

const ruleFileSchema = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string().min(1), rules: z.array(ruleSchema).min(1) })).min(1),
})

function rulesOf(content: string) {
  return ruleFileSchema.parse(parse(content)).groups.flatMap((group) => group.rules)
}

describe('generated files of any objectives', () => {
  it('are the same bytes again, in whatever order the objectives come', () => {
    fc.assert(
      fc.property(arbitraryObjectives, (objectives) => {
        const reversed = [...objectives].reverse()
        expect(renderArtifacts({ objectives: reversed })).toEqual(renderArtifacts({ objectives }))
      }),
      { numRuns: 30 },
    )
  })

  it('are well-formed rules that read back, and are each recorded or alerted once', () => {
    fc.assert(
      fc.property(arbitraryObjective, (objective) => {
        const [file] = renderArtifacts({ objectives: [objective] }).filter(({ path }) =>
          path.startsWith('alerts/objectives/'),
        )
        const rules = rulesOf(file?.content ?? '')
        const identities = rules.map((rule) => JSON.stringify([rule.record, rule.alert, rule.labels]))
        expect(new Set(identities).size).toBe(rules.length)
        for (const rule of rules) expect(rule.labels['sloth_id']).toBeTruthy()
      }),
    )
  })

  it('show no float artefact: no number has an exponent or more than twelve significant digits', () => {
    fc.assert(
      fc.property(arbitraryObjective, (objective) => {
        const plain = { ...objective, id: 'id', name: 'name', service: 'service', owner: '', displayName: '' }
        for (const { path, content } of renderArtifacts({ objectives: [plain] })) {
          if (!path.startsWith('alerts/objectives/')) continue
          for (const [text] of content.matchAll(/\b\d+\.\d+(e[-+]?\d+)?\b/g)) {
            expect(text).toMatch(/^\d+\.\d*[1-9]$/)
            expect(text.replace('.', '').replace(/^0+/, '').length).toBeLessThanOrEqual(12)
          }
        }
      }),
    )
  })

  it('compare error ratios with numbers that a ratio can reach', () => {
    fc.assert(
      fc.property(arbitraryObjective, (objective) => {
        for (const { path, content } of renderArtifacts({ objectives: [objective] })) {
          if (!path.startsWith('alerts/objectives/')) continue
          const limits = rulesOf(content).flatMap((rule) =>
            rule.alert === undefined ? [] : [...rule.expr.matchAll(/ratio_rate\w+\{.*\}\) > (\S+)/g)],
          )
          for (const [, limit] of limits) {
            expect(Number(limit)).toBeGreaterThan(0)
            expect(Number(limit)).toBeLessThan(1)
          }
        }
      }),
    )
  })
})
