/**
 * The generated rules and the generated configuration of Alertmanager, with every time in them divided by one factor: a test
 * whose records run through an hour in a minute sees the same alerts. Names and labels stay as they are generated.
 */
import { parse, stringify } from 'yaml'
import { parseDuration } from '../../../src/objectives/duration.ts'

/** A scrape takes half a second at the least, and a window needs several. */
const leastWindowMs = 1000
/** Members of a cluster need a second to hear what another one has told. */
const leastGroupMs = 3000

function scaled(duration: string, factor: number, leastMs = leastWindowMs): string {
  const ms = parseDuration(duration)
  if (ms === undefined) throw new Error(`${duration} is no duration`)
  return `${Math.max(leastMs, Math.round(ms / factor))}ms`
}

/** `[5m]`, `[30d:1h]`. */
const rangeSelector = /\[(\w+)(?::(\w+))?\]/g

interface Rule {
  expr: string
  for?: string
  keep_firing_for?: string
}

/** @param content a rule file */
export function scaledRules(content: string, factor: number): string {
  const { groups }: { groups: { name: string; rules: Rule[] }[] } = parse(content)
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    rule.expr = rule.expr.replaceAll(rangeSelector, (_, range: string, step?: string) =>
      step === undefined
        ? `[${scaled(range, factor)}]`
        : `[${scaled(range, factor)}:${scaled(step, factor)}]`,
    )
    if (rule.for !== undefined) rule.for = scaled(rule.for, factor)
    if (rule.keep_firing_for !== undefined) rule.keep_firing_for = scaled(rule.keep_firing_for, factor)
  }
  return stringify({ groups }, { lineWidth: 0 })
}

interface Route {
  group_wait?: string
  group_interval?: string
  active_time_intervals?: readonly string[]
  routes?: Route[]
}

/**
 * @param content Alertmanager's configuration
 * @param sinkUrl webhook in place of every receiver but the watchdog's; receivers keep their names
 */
export function scaledRouting(content: string, factor: number, sinkUrl: string): string {
  const config: { route: Route; receivers: { name: string }[] } = parse(content)
  for (const route of [config.route, ...(config.route.routes ?? [])]) {
    if (route.group_wait !== '0s') route.group_wait = scaled(route.group_wait ?? '30s', factor)
    route.group_interval = scaled(route.group_interval ?? '5m', factor, leastGroupMs)
    delete route.active_time_intervals
  }
  const receivers = config.receivers.map(({ name }) =>
    name === 'watchdog' ? { name } : { name, webhook_configs: [{ url: sinkUrl, send_resolved: true }] },
  )
  return stringify({ ...config, receivers })
}
