/** Settings of paging without Prometheus: which Alertmanagers are told of alerts, and how. */
import { z } from 'zod'
import { plainHttpUrl } from './plain-http-url.ts'
import type { ResolveSecret } from './secret.ts'
import { secretSetting } from './secret-setting.ts'

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/

export function alertmanagerSettings(resolve: ResolveSecret) {
  const replica = z.strictObject({
    url: plainHttpUrl.describe(
      'Base URL of one Alertmanager, with its path prefix if it has one; /api/v2/alerts is added. Never a load balancer.',
    ),
    bearerToken: secretSetting(resolve).optional().describe('Token that it asks for. Secret.'),
  })
  return z.strictObject({
    replicas: z
      .array(replica)
      .default([])
      .describe('All replicas of the cluster: each is told everything. Without any, only Prometheus pages.'),
    timeoutSeconds: z.int().min(1).max(300).default(10).describe('How long an answer may take.'),
    resendSeconds: z
      .int()
      .min(5)
      .max(600)
      .default(60)
      .describe('How often a firing alert is told again; it ends by itself when four are missed.'),
    maxAlertAgeSeconds: z
      .int()
      .min(60)
      .max(31 * 86_400)
      .default(3600)
      .describe('Alerts about times further back than this page nobody: backfills and old logs.'),
    labels: z
      .record(z.string().regex(labelName, 'is not a label name of Prometheus'), z.string().min(1))
      .default({})
      .describe('Labels on everything that is sent, such as the external labels of your Prometheus.'),
  })
}

export const linkSettings = z.strictObject({
  runbook: plainHttpUrl
    .optional()
    .describe("Page of runbooks that alerts point to: the alert's name in lower case is the anchor."),
  grafana: plainHttpUrl.optional().describe('Base URL of Grafana, for links to dashboards.'),
})
