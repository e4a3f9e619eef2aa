import { expect, it } from 'vitest'
import { z } from 'zod'
import { variableOf } from '../../../src/app/config/environment.ts'
import { renderConfigDoc, renderConfigSchema } from '../../../src/app/config/reference.ts'
import { configSchema } from '../../../src/app/config/schema.ts'
import { Secret } from '../../../src/app/config/secret.ts'
import { type SchemaNode, schemaNode, settingsOf } from '../../../src/app/config/settings.ts'

const root = schemaNode(configSchema(() => new Secret('')))

it('documents every setting with its variable', () => {
  const doc = renderConfigDoc()
  const settings = settingsOf(root)
  expect(settings.length).toBeGreaterThan(15)
  for (const { path } of settings) {
    expect(doc).toContain(`| \`${path.join('.')}\` |`)
    expect(doc).toContain(`\`${variableOf(path)}\``)
  }
  expect(doc).toContain(
    '| `listen.port` | a whole number from 0 to 65535 | `9465` | `IDENTITY_SLO__LISTEN__PORT` |',
  )
})

it('spells variables with an underscore between words', () => {
  expect(variableOf(['limits', 'maxSeries'])).toBe('IDENTITY_SLO__LIMITS__MAX_SERIES')
})

it('describes every key, and leaves none open to more', () => {
  const undescribed = (node: SchemaNode, name: string): string[] => [
    ...(node.description === undefined ? [name] : []),
    ...Object.entries(node.properties ?? {}).flatMap(([key, below]) => undescribed(below, `${name}.${key}`)),
    ...(node.items?.properties ? undescribed({ ...node.items, description: '-' }, `${name}[]`) : []),
  ]
  expect(undescribed({ ...root, description: '-' }, '')).toEqual([])
  const objects = renderConfigSchema().match(/"type": "object"/g) ?? []
  // Labels that an installation adds have names of its own.
  const open = renderConfigSchema().match(/"propertyNames"/g) ?? []
  const closed = renderConfigSchema().match(/"additionalProperties": false/g)
  expect([open.length, closed?.length]).toEqual([1, objects.length - 1])
})

it('renders a schema that editors can use, the same each time', () => {
  expect(renderConfigSchema()).toBe(renderConfigSchema())
  const schema = z.fromJSONSchema(JSON.parse(renderConfigSchema()))
  expect(schema.safeParse({ listen: { port: 80 } }).success).toBe(true)
  expect(schema.safeParse({ listen: { prot: 80 } }).success).toBe(false)
  expect(schema.safeParse({ pseudonyms: { key: 'hunter2' } }).success).toBe(false)
})
