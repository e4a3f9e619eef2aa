/** Recording rules of an objective: sloth's series, computed so that they are always a number. */
import { alertPlan, burnWindowsMs } from '../objectives/alert-windows.ts'
import { formatDuration } from '../objectives/duration.ts'
import type { Objective } from '../objectives/objective.ts'
import { guardWindowMs } from '../objectives/page-guard.ts'
import { halfBudgetOf } from './budget-alert-kinds.ts'
import { objectiveMetrics } from './conventions.ts'
import { scaleDecimal } from './decimal.ts'
import { labels } from './labels.ts'
import {
  badIn,
  isEventRatio,
  judgedEvents,
  judgedIn,
  lastingErrors,
  periodEvents,
  recorded,
} from './objective-expressions.ts'
import { periodWindowLabel, slothLabelValues, slothPeriodLabel } from './objective-labels.ts'
import {
  aggregate,
  clamp,
  compare,
  divide,
  divideManyByOne,
  type Expr,
  number,
  oldestSample,
  or,
  over,
  select,
  subtract,
  time,
  vector,
} from './promql.ts'
import { records, ruleGroups, slothLabels } from './rule-conventions.ts'
import type { RecordingRule, RuleGroup } from './rule-file.ts'

const shortestWindow = '5m'
const hourMs = 3_600_000
const dayMs = 86_400_000

/** How long a held value survives without being recorded, as when Prometheus is down. */
const holdFor = '1d'

/**
 * What a window without events is worth. A held value is the former one of the same series, so that it lasts for as
 * long as it is recorded; before the first event nothing has failed, and it is 0.
 */
function noDataValues(objective: Objective, former: Expr): readonly Expr[] {
  switch (objective.noData) {
    case 'good':
      return [vector('0')]
    case 'bad':
      return [vector('1')]
    case 'hold':
      return [aggregate('max', over('last_over_time', former, holdFor)), vector('0')]
  }
}

/** Bad over judged events. The denominator drops out at 0, so that there is no division by it. */
function ratio(bad: Expr, judged: Expr): Expr {
  return divide(or(bad, vector('0')), compare(judged, '>', '0'))
}

function engineErrorRatio(objective: Objective, window: string): Expr {
  const gauge = { [labels.objective]: objective.id, [labels.window]: window }
  return aggregate('max', select(objectiveMetrics.sliErrorRatio.name, gauge))
}

function errorRatioRule(
  objective: Objective,
  record: string,
  window: string,
  value: Expr,
  noData?: readonly Expr[],
): RecordingRule {
  const former = recorded(objective, record, { [slothLabels.window]: window })
  return {
    record,
    expr: or(value, ...(noData ?? noDataValues(objective, former))),
    labels: { ...slothLabelValues(objective), [slothLabels.window]: window },
  }
}

function windowRule(objective: Objective, windowMs: number): RecordingRule {
  const window = formatDuration(windowMs)
  const value = isEventRatio(objective)
    ? ratio(badIn(objective, windowMs), judgedIn(objective, windowMs))
    : engineErrorRatio(objective, window)
  return errorRatioRule(objective, records.sliErrorRatio(window), window, value)
}

/**
 * Events of the period by verdict: read from the counter once, for the period's ratio and for alerts. A calendar
 * period is taken at its nominal length here: the events of the last 30 days stand for those of a month.
 */
function periodEventsRule(objective: Objective): RecordingRule {
  const window = formatDuration(objective.window.durationMs)
  return {
    record: records.periodEvents,
    expr: aggregate('sum', over('increase', judgedEvents(objective), window), [labels.verdict]),
    labels: slothLabelValues(objective),
  }
}

/**
 * Share of the period for which the counter is known, an hour at least: a young history is only a part of the
 * period's traffic, and the rest is expected to be like it.
 */
function periodCoverageRule(objective: Objective): RecordingRule {
  const { durationMs } = objective.window
  const oldest = oldestSample(judgedEvents(objective), formatDuration(durationMs), '1h')
  const since = or(aggregate('min', oldest), vector('time()'))
  const seconds = scaleDecimal('1', durationMs, 1000)
  const least = scaleDecimal('1', Math.min(hourMs, durationMs), durationMs)
  return {
    record: records.periodCoverage,
    expr: clamp(divide(subtract(time(), since), number(seconds)), least, '1'),
    labels: slothLabelValues(objective),
  }
}

/**
 * The error ratio of the period, from counts and not from a mean of ratios, which would forget how much traffic each
 * had. Where a calendar period began is known to the engine alone.
 */
function periodRule(objective: Objective): RecordingRule {
  const label = slothPeriodLabel(objective.window)
  const record = periodRecord(objective)
  if (!isEventRatio(objective) || objective.window.kind === 'calendar') {
    const value = engineErrorRatio(objective, periodWindowLabel(objective.window))
    return errorRatioRule(objective, record, label, value)
  }
  const value = ratio(periodEvents(objective, 'bad'), periodEvents(objective))
  // A whole period without events has nothing to go back to: the engine says 0 as well.
  const empty = vector(objective.noData === 'bad' ? '1' : '0')
  return errorRatioRule(objective, record, label, value, [empty])
}

/** sloth names the period's series by its length; a calendar period has its nominal one. */
function periodRecord(objective: Objective): string {
  return records.sliErrorRatio(formatDuration(objective.window.durationMs))
}

/** One for each stretch that the guard of a page looks at. */
function guardRules(objective: Objective): readonly RecordingRule[] {
  if (!isEventRatio(objective) || objective.minBadEvents <= 1) return []
  const { windows } = alertPlan(objective.window.durationMs, objective)
  const tiers = [...windows.filter(({ severity }) => severity === 'page'), halfBudgetOf(objective)]
  const stretches = new Set(tiers.flatMap((tier) => (tier ? [guardWindowMs(tier.longMs)] : [])))
  return [...stretches]
    .sort((a, b) => a - b)
    .map((windowMs) => ({
      record: records.lastingErrors(formatDuration(windowMs)),
      expr: lastingErrors(objective, windowMs),
      labels: slothLabelValues(objective),
    }))
}

function sliRules(objective: Objective): readonly RecordingRule[] {
  const label = slothPeriodLabel(objective.window)
  const windows = burnWindowsMs(objective).filter((windowMs) => formatDuration(windowMs) !== label)
  return [
    ...windows.map((windowMs) => windowRule(objective, windowMs)),
    ...(isEventRatio(objective) ? [periodEventsRule(objective), periodCoverageRule(objective)] : []),
    periodRule(objective),
    ...guardRules(objective),
  ]
}

/** Error ratio over budget, as sloth joins them; the series keeps the ratio's window label, as sloth's does. */
function burnRate(objective: Objective, record: string, window: string): Expr {
  return divideManyByOne(
    recorded(objective, record, { [slothLabels.window]: window }),
    [slothLabels.id, slothLabels.slo, slothLabels.service],
    recorded(objective, records.errorBudgetRatio),
  )
}

function metaRules(objective: Objective): readonly RecordingRule[] {
  const { target, window } = objective
  const own = slothLabelValues(objective)
  const rule = (record: string, expr: Expr): RecordingRule => ({ record, expr, labels: own })
  const current = burnRate(objective, records.sliErrorRatio(shortestWindow), shortestWindow)
  const period = burnRate(objective, periodRecord(objective), slothPeriodLabel(window))
  return [
    rule(records.objectiveRatio, vector(target.ratio)),
    rule(records.errorBudgetRatio, vector(target.budget)),
    rule(records.timePeriodDays, vector(scaleDecimal('1', window.durationMs, dayMs))),
    rule(records.currentBurnRate, current),
    rule(records.periodBurnRate, period),
    rule(
      records.periodErrorBudgetRemaining,
      subtract(number('1'), recorded(objective, records.periodBurnRate)),
    ),
    {
      record: records.info,
      expr: vector('1'),
      labels: {
        ...own,
        [slothLabels.version]: 'identity-slo',
        [slothLabels.mode]: 'cli-gen-openslo',
        [slothLabels.spec]: 'openslo/v1',
        [slothLabels.objective]: target.percent,
      },
    },
  ]
}

/** The two recording groups of an objective, named as sloth names them. */
export function recordingGroups(objective: Objective): readonly RuleGroup[] {
  return [
    { name: ruleGroups.sli(objective.id), rules: sliRules(objective) },
    { name: ruleGroups.meta(objective.id), rules: metaRules(objective) },
  ]
}
