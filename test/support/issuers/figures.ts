/** The rows of docs/issuers.md that follow from a drive. */
import { countedBy } from './counted.ts'
import type { Asked } from './truth.ts'

/** issuer | asked | events | token requests (failed) | uses (401, 403) | assignments | differences */
export function figuresOf(name: string, asked: readonly Asked[]): string {
  const events = asked.flatMap((one) => one.events)
  const { requests, failures, uses, refused401, refused403, changes } = countedBy(events)
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0)
  const assignments = Object.values(changes).reduce((sum, count) => sum + count, 0)
  const different = asked.filter(({ difference }) => difference !== undefined).length
  const cells = [
    name,
    asked.length,
    events.length,
    `${requests} (${failed})`,
    `${uses} (${refused401}, ${refused403})`,
    assignments,
    different,
  ]
  return `| ${cells.join(' | ')} |`
}
