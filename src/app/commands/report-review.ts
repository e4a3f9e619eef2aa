/** `report --since`: the review of the last week or month, from logs. */
import { writeFileSync } from 'node:fs'
import { reviewHtml } from '../../outputs/reports/review-html.ts'
import { reviewMarkdown } from '../../outputs/reports/review-markdown.ts'
import { AppError, type ExitCode, exitCodes } from '../errors.ts'
import { reviewOf } from '../review/review.ts'
import { systemReason } from '../system-error.ts'
import type { CommandContext } from './command.ts'
import { type LogReading, rehearsedLogs } from './rehearsed-logs.ts'

export interface ReportReviewOptions extends LogReading {
  /** How long before the newest event it begins, ms. */
  readonly sinceMs: number
  /** File for the HTML beside what is printed. */
  readonly html: string | undefined
  readonly output: 'markdown' | 'html' | 'json'
}

function written(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw AppError.of('unwritableFile', { path, reason: systemReason(error) })
  }
}

export async function reportReview(options: ReportReviewOptions, context: CommandContext): Promise<ExitCode> {
  const { sinceMs, html, output } = options
  const { terminal } = context
  const { pipeline, incidents } = await rehearsedLogs(options, context)
  const review = reviewOf(pipeline, incidents, sinceMs)
  if (review === undefined) {
    terminal.err('No record of these files is an event: there is nothing to review.\n')
    return exitCodes.ok
  }
  if (html !== undefined) written(html, reviewHtml(review))
  if (output === 'json') terminal.out(`${JSON.stringify(review, undefined, 2)}\n`)
  else terminal.out(output === 'html' ? reviewHtml(review) : reviewMarkdown(review))
  return exitCodes.ok
}
