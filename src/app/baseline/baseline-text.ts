/** Writes the grants of a baseline file, one line each in a fixed order; actors, windows and comments stay. */
import { parseDocument, YAMLSeq } from 'yaml'
import { grantKey, type HeldGrant, inOrder } from '../../inventory/drift/held-grant.ts'
import { grantLine, splitGrantLines } from './grant-lines.ts'

const empty = `# Rights that are as they should be: docs/drift.md. "identity-slo baseline write" keeps all but the grants.
approvedActors: []
changeWindows: []
grants: []
`

const placeholder = 'the grants'

/** `existing` must be a valid baseline file. Grants that stay keep the comments above and behind their lines. */
export function baselineText(grants: readonly HeldGrant[], existing: string = empty): string {
  const { without, lines } = splitGrantLines(existing)
  const before = new Map(lines.map((line) => [grantKey(line.grant), line]))
  const written = inOrder(grants, (grant) => grant).flatMap((grant) => {
    const { above = [], comment } = before.get(grantKey(grant)) ?? {}
    return [...above, grantLine(grant, comment)]
  })
  const document = parseDocument(without)
  const list = new YAMLSeq()
  if (written.length > 0) list.add(placeholder)
  else list.flow = true
  document.set('grants', list)
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false })
  return text.replace(/^ *- the grants$/m, () => written.join('\n'))
}
