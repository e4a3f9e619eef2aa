/** What an audit record says was changed: its target resources and their modified properties. */
import type { JsonObject } from '../connector.ts'
import { objects, text } from '../fields.ts'

export function targetsOf(details: JsonObject): readonly JsonObject[] {
  return objects(details['targetResources'])
}

export function targetOfType(
  targets: readonly JsonObject[],
  types: readonly string[],
): JsonObject | undefined {
  return targets.find((target) => types.includes(text(target['type']) ?? ''))
}

export interface Modified {
  readonly before: string
  readonly after: string
}

/** `undefined` if no target has the property. */
export function modified(targets: readonly JsonObject[], name: string): Modified | undefined {
  for (const target of targets) {
    for (const property of objects(target['modifiedProperties'])) {
      if (property['displayName'] !== name) continue
      return { before: text(property['oldValue']) ?? '', after: text(property['newValue']) ?? '' }
    }
  }
  return undefined
}

/** Values are JSON inside a string, often a quoted text or a list of one: `"\"Global Reader\""`, `"[true]"`. */
export function unquoted(value: string): string {
  let plain = value
  if (plain.startsWith('[') && plain.endsWith(']')) plain = plain.slice(1, -1)
  if (plain.length >= 2 && plain.startsWith('"') && plain.endsWith('"')) plain = plain.slice(1, -1)
  return plain.includes('\\') ? plain.replaceAll('\\"', '"') : plain
}

/** The property's value that holds after a grant, or held before a removal. */
export function effective(
  targets: readonly JsonObject[],
  name: string,
  isRemoval: boolean,
): string | undefined {
  const change = modified(targets, name)
  if (change === undefined) return undefined
  const value = isRemoval ? change.before || change.after : change.after || change.before
  return text(unquoted(value))
}

/** How many keys or federated credentials a value lists. */
export function credentialCount(value: string): number {
  const keys = value.split('KeyIdentifier=').length - 1
  return keys > 0 ? keys : value.split('"Issuer"').length - 1
}
