import { describe, expect, it } from 'vitest'
import { unconfiguredLinks } from '../../src/outputs/alert-text.ts'
import { engineAlertGroup, engineAlerts } from '../../src/outputs/engine-alerts.ts'
import { alertNames } from '../../src/outputs/rule-conventions.ts'

describe('alerts on the engine', () => {
  it('watch liveness, sources, the intake, Kafka, capacity, configuration, rejections, losses and the series cap', () => {
    expect(engineAlerts.map((entry) => entry.alert)).toEqual([
      alertNames.engineDown,
      alertNames.sourceSilent,
      alertNames.sourceLagging,
      alertNames.intakePaused,
      alertNames.kafkaNotJoined,
      alertNames.kafkaStalled,
      alertNames.atCapacity,
      alertNames.configReloadFailed,
      alertNames.recordsRejected,
      alertNames.eventsDroppedLate,
      alertNames.seriesCapReached,
      alertNames.watchdog,
    ])
  })

  it('all have severity, summary, description, runbook and dashboard', () => {
    for (const rule of engineAlertGroup(unconfiguredLinks).rules) {
      if (!('alert' in rule)) throw new Error('only alerts are expected here')
      expect(rule.labels['severity']).toMatch(/^(page|ticket|none)$/)
      for (const name of ['summary', 'description', 'runbook_url', 'dashboard_url']) {
        expect(rule.annotations[name]).toBeTruthy()
      }
    }
  })

  it('write no `for` where there is none', () => {
    const late = engineAlertGroup(unconfiguredLinks).rules.find(
      (rule) => 'alert' in rule && rule.alert === alertNames.eventsDroppedLate,
    )
    expect(late).not.toHaveProperty('for')
  })
})
