/** What a measured process prints: one JSON line. */
export interface Measured {
  readonly records: number
  readonly wallSeconds: number
  /** User and system time of all threads. */
  readonly cpuSeconds: number
  readonly peakMegabytes: number
  /** Token issuance, where the process counts it. */
  readonly good: number
  readonly bad: number
}

/** Starts measuring; the function that it gives prints the result. */
export function startMeasuring(): (counted: Pick<Measured, 'records' | 'good' | 'bad'>) => void {
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  return (counted) => {
    const used = process.cpuUsage(cpu)
    const result: Measured = {
      ...counted,
      wallSeconds: Number(process.hrtime.bigint() - start) / 1e9,
      cpuSeconds: (used.user + used.system) / 1e6,
      peakMegabytes: process.resourceUsage().maxRSS / 1024,
    }
    console.log(JSON.stringify(result))
  }
}
