/** Names of instruments as Prometheus users expect them. */

const suffixes: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', '1': 'ratio' }

/**
 * The name with its unit behind it, as OpenTelemetry's rules for Prometheus ask: this exporter turns dots into
 * underscores and adds `_total`, but leaves the unit out of the name.
 */
export function nameWithUnit(name: string, unit: string): string {
  const suffix = suffixes[unit]
  return suffix === undefined || name.endsWith(`.${suffix}`) ? name : `${name}.${suffix}`
}
