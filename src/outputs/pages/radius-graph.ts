/** What an identity can reach and did reach, as a drawing that needs no script; tables beside it say the same. */
import type { IdentityView } from '../status-views.ts'
import { type Content, type Html, html } from './html.ts'
import { count } from './numbers.ts'

type Reach = NonNullable<IdentityView['reach']>

interface Group {
  readonly title: string
  readonly edge: 'used' | 'idle' | 'acts'
  readonly names: readonly string[]
  /** Of all, also those that have no name here. */
  readonly total: number
}

const width = 880
const row = 30
const box = { height: 22, left: 20, leftWidth: 250, right: 430, rightWidth: 430 }
const perGroup = 8
/** Characters that fit into a box. */
const fits = { left: 36, right: 62 }

/** Of a long name, its end tells more than its middle. */
function short(name: string, most: number): string {
  if (name.length <= most) return name
  const head = Math.floor(most / 3)
  return `${name.slice(0, head)}…${name.slice(name.length - (most - head - 1))}`
}

export function unusedOf({ grantedResources, usedResources }: Reach): readonly string[] {
  const used = new Set(usedResources.map(({ resource }) => resource))
  return grantedResources.filter((name) => !used.has(name))
}

function groupsOf(reach: Reach): readonly Group[] {
  const { actsAs, wholeScopes, usedResources, used, unused } = reach
  const scopes = wholeScopes.map(({ scope, level }) => `${scope} (${level})`)
  const groups: readonly Group[] = [
    {
      ...{ title: 'used', edge: 'used', total: used },
      names: usedResources.map(({ resource }) => resource),
    },
    { title: 'holds as a whole', edge: 'idle', names: scopes, total: scopes.length },
    { title: 'granted, not used', edge: 'idle', names: unusedOf(reach), total: unused },
    { title: 'can act as', edge: 'acts', names: actsAs, total: actsAs.length },
  ]
  return groups.filter(({ names }) => names.length > 0)
}

function edge(kind: Group['edge'], from: number, to: number): Html {
  const [x1, x2] = [box.left + box.leftWidth, box.right]
  const middle = (x1 + x2) / 2
  return html`<path class="${kind}" d="M${x1} ${from} C${middle} ${from} ${middle} ${to} ${x2} ${to}"/>`
}

function node(
  name: string,
  at: { readonly x: number; readonly y: number; readonly width: number },
  most: number,
): Html {
  return html`<g><title>${name}</title><rect class="box" x="${at.x}" y="${at.y - box.height / 2}" width="${at.width}" height="${box.height}" rx="4"/><text x="${at.x + 8}" y="${at.y + 4}">${short(name, most)}</text></g>`
}

/** Undefined where there is nothing to draw. */
export function radiusGraph(name: string, reach: Reach): Content {
  const groups = groupsOf(reach)
  if (groups.length === 0) return undefined
  const rows: Html[] = []
  const ends: (readonly [kind: Group['edge'], y: number])[] = []
  let y = row / 2
  for (const { title, edge: kind, names, total } of groups) {
    rows.push(html`<text class="soft" x="${box.right}" y="${y + 4}">${title}: ${count(total)}</text>`)
    for (const each of names.slice(0, perGroup)) {
      y += row
      rows.push(node(each, { x: box.right, y, width: box.rightWidth }, fits.right))
      ends.push([kind, y])
    }
    const more = Math.max(total, names.length) - perGroup
    if (more > 0) {
      y += row
      rows.push(html`<text class="soft" x="${box.right + 8}" y="${y + 4}">and ${count(more)} more</text>`)
    }
    y += row
  }
  const middle = Math.max(row, y / 2)
  const height = Math.max(y, 2 * row)
  const what = groups.map(({ title, total }) => `${title}: ${count(total)}`).join(', ')
  const self = html`<g><title>${name}</title><rect class="box self" x="${box.left}" y="${middle - 16}" width="${box.leftWidth}" height="32" rx="6"/><text x="${box.left + 10}" y="${middle + 4}">${short(name, fits.left)}</text></g>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Blast radius"><svg class="graph" viewBox="0 0 ${width} ${height}" role="img" aria-label="${`Blast radius of ${name}. ${what}. The tables below say the same.`}">${ends.map(([kind, to]) => edge(kind, middle, to))}${self}${rows}</svg></div>`
}
