/** The configuration reference, from the schema: docs/configuration.md and a JSON schema for editors. */
import { ownershipSchema } from '../ownership-file.ts'
import { variableOf } from './environment.ts'
import { configSchema } from './schema.ts'
import { Secret, secretForm } from './secret.ts'
import { pathText, requirement, type SchemaNode, schemaNode, settingsOf } from './settings.ts'

function configNode(): SchemaNode {
  return schemaNode(configSchema(() => new Secret('')))
}

/** Content of docs/config.schema.json. */
export function renderConfigSchema(): string {
  const title = 'identity-slo configuration'
  const { $schema, ...rest } = configNode() as SchemaNode & { readonly $schema?: string }
  return `${JSON.stringify({ $schema, title, ...rest }, undefined, 2)}\n`
}

const intro = `# Configuration

<!-- Generated from src/app/config/schema.ts by \`identity-slo generate\`: change it there. -->

One YAML file configures everything: \`identity-slo run --config identity-slo.yaml\`. Every setting has a default, so an
empty file is a valid one. Unknown keys, wrong types and values out of bounds are refused, all of them at once, each
with file, line and column, what is wrong and what is allowed.

Relative paths start at the folder of the configuration file (without a file: at the working directory).

Editors complete and check the file when its first line names the schema, \`docs/config.schema.json\`:

\`\`\`yaml
# yaml-language-server: $schema=docs/config.schema.json
definitions: [slo-definitions]
ownership: ownership.yaml
sources:
  files:
    - path: logs
\`\`\`
`

const afterSettings = `## Environment variables

Every setting can be overridden by the environment variable in its row, which wins over the file. Lists are written as
YAML: \`IDENTITY_SLO__DEFINITIONS='[slo-definitions, more.yaml]'\`. An empty variable counts as not set. A variable that
begins with \`IDENTITY_SLO__\` and names no setting is an error, because it is a mistyped one.

## Secrets

A secret is never written into the file. Where one is needed, the file holds a reference: \`\${env:NAME}\` takes it from
an environment variable, \`\${file:PATH}\` from a file, without white space at its end. A reference that leads nowhere is an
error at start, and a literal is refused. Secrets are not shown in logs, messages or on any page.

## Who may send records

The webhook is open to everybody who can reach the port. On a loopback address that is this machine. With
any other \`listen.host\`, \`sources.webhook.tokens\` must be given, or \`sources.webhook.allowUnauthenticated: true\` says that
something in front of us checks the senders. A sender with a token sends the header \`Authorization: Bearer <token>\`.

## The ownership file

\`ownership\` names a YAML file of rules that say which application and team owns an identity. The first rule that matches
decides. Identities that no rule matches get an application from their namespace, role path, repository, service or name, and are
listed as unowned; they are never dropped.

\`\`\`yaml
owners:
  - match: { provider: kubernetes, namespace: checkout }
    app: checkout
    team: payments
    criticality: critical
  - match: { provider: aws, tenant: "111122223333", name: nightly-* }
    app: nightly-reports
    criticality: batch
\`\`\`
`

/** Content of docs/configuration.md. */
export function renderConfigDoc(): string {
  const sections = Object.entries(configNode().properties ?? {}).flatMap(([key, node]) => {
    if (node.properties === undefined) return []
    return [`### \`${key}\``, '', node.description ?? '', '', settingsTable(node, [key]), '']
  })
  const single = Object.entries(configNode().properties ?? {}).filter(([, node]) => !node.properties)
  const general = settingsTable({ type: 'object', properties: Object.fromEntries(single) }, [])
  const fields = ownershipTable(schemaNode(ownershipSchema))
  return `${[intro, '## Settings', '', general, '', ...sections, afterSettings].join('\n')}\n${fields}`
}

function settingsTable(node: SchemaNode, path: readonly string[]): string {
  const rows = settingsOf(node, path).flatMap((setting) => {
    const name = pathText(setting.path)
    const own = [
      code(name),
      valueText(setting.node),
      defaultText(setting.node),
      code(variableOf(setting.path)),
    ]
    const items = setting.node.items?.properties === undefined ? [] : settingsOf(setting.node.items)
    return [
      row([...own, setting.node.description ?? '']),
      ...items.map((item) => {
        const inner = `${name}[].${pathText(item.path)}`
        return row([
          code(inner),
          valueText(item.node),
          defaultText(item.node),
          '',
          item.node.description ?? '',
        ])
      }),
    ]
  })
  return [
    row(['Setting', 'Value', 'Default', 'Environment variable', 'Meaning']),
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function ownershipTable(node: SchemaNode): string {
  const rule = node.properties?.['owners']?.items
  const rows = settingsOf(rule ?? {}).map((field) =>
    row([code(pathText(field.path)), valueText(field.node), field.node.description ?? '']),
  )
  const match = rule?.properties?.['match']?.description ?? ''
  return `${[row(['Field of a rule', 'Value', 'Meaning']), '|---|---|---|', ...rows].join('\n')}\n\n${match}\n`
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function code(text: string): string {
  return `\`${text}\``
}

function valueText(node: SchemaNode): string {
  if (node.items?.properties !== undefined) return 'a list of mappings'
  return requirement(node).replace(secretForm, code(secretForm).replace(' or ', '` or `'))
}

function defaultText(node: SchemaNode): string {
  if (node.default === undefined) return '—'
  return code(typeof node.default === 'string' ? node.default : JSON.stringify(node.default))
}
