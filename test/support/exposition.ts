/**
 * The Prometheus text format, version 0.0.4, read strictly: what a scraper would refuse or misread is an error here.
 * Written from the format's description, so that it does not agree with the renderer by sharing its mistakes.
 */

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly series: Series[]
}

export class Exposition {
  readonly families: ReadonlyMap<string, Family>

  constructor(families: ReadonlyMap<string, Family>) {
    this.families = families
  }

  get series(): readonly Series[] {
    return [...this.families.values()].flatMap((family) => family.series)
  }

  /** Series of one name whose labels have these values. */
  select(name: string, labels: Readonly<Record<string, string>> = {}): readonly Series[] {
    return this.series.filter(
      (series) =>
        series.name === name && Object.entries(labels).every(([key, value]) => series.labels[key] === value),
    )
  }

  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.select(name, labels).reduce((sum, { value }) => sum + value, 0)
  }
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const numeral = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped']

class Reader {
  readonly families = new Map<string, Family>()
  readonly #keys = new Set<string>()
  #current: Family | undefined
  /** From `# HELP`, until its `# TYPE` comes. */
  #announced: { readonly name: string; readonly help: string } | undefined

  line(text: string): void {
    if (text.startsWith('# HELP ')) this.#help(text.slice(7))
    else if (text.startsWith('# TYPE ')) this.#type(text.slice(7))
    else if (text.startsWith('#') || text.trim() === '') {
      if (text !== '') throw new Error('a line that is neither a sample nor HELP nor TYPE')
    } else this.#sample(text)
  }

  end(): void {
    if (this.#announced) throw new Error(`${this.#announced.name} has HELP and no TYPE`)
    for (const family of this.families.values()) if (family.type === 'histogram') checkHistogram(family)
  }

  #help(rest: string): void {
    if (this.#announced) throw new Error(`${this.#announced.name} has HELP and no TYPE`)
    const [name, help] = splitOnce(rest)
    if (this.families.has(name)) throw new Error(`${name} is described twice`)
    this.#announced = { name, help: unescaped(help, false) }
  }

  #type(rest: string): void {
    const [name, type] = splitOnce(rest)
    if (!metricName.test(name)) throw new Error(`"${name}" is no metric name`)
    if (!types.includes(type)) throw new Error(`${name}: "${type}" is no type`)
    if (this.families.has(name)) throw new Error(`${name} has two TYPE lines`)
    if (this.#announced?.name !== name) throw new Error(`TYPE of ${name} does not follow its HELP`)
    this.#current = { name, help: this.#announced.help, type, series: [] }
    this.#announced = undefined
    this.families.set(name, this.#current)
  }

  #sample(text: string): void {
    if (this.#announced) throw new Error(`${this.#announced.name} has HELP and no TYPE before its samples`)
    const { name, labels, rest } = readSample(text)
    const family = this.#current
    if (family === undefined || !namesOf(family).includes(name))
      throw new Error(`a sample of ${name} stands outside its family`)
    const key = `${name}${JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`
    if (this.#keys.has(key)) throw new Error(`the series ${key} is there twice`)
    this.#keys.add(key)
    const value = readValue(rest)
    if (family.type === 'counter' && !(value >= 0)) throw new Error(`the counter ${name} is ${rest}`)
    family.series.push({ name, labels, value })
  }
}

function splitOnce(text: string): readonly [string, string] {
  const space = text.indexOf(' ')
  if (space < 0) throw new Error(`"${text}" has one word only`)
  return [text.slice(0, space), text.slice(space + 1)]
}

function namesOf({ name, type }: Family): readonly string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}

/** Go's spellings: `NaN`, `+Inf`, `-Inf`; JavaScript's `Infinity` and `nan` are none. */
function readValue(text: string): number {
  if (text === 'NaN') return Number.NaN
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (!numeral.test(text)) throw new Error(`"${text}" is no value`)
  return Number(text)
}

function unescaped(text: string, isLabel: boolean): string {
  return text.replaceAll(/\\(.?)/gs, (_whole, character: string) => {
    if (character === 'n') return '\n'
    if (character === '\\' || (isLabel && character === '"')) return character
    throw new Error(`\\${character} is no escape`)
  })
}

function readSample(text: string): {
  readonly name: string
  readonly labels: Record<string, string>
  readonly rest: string
} {
  const name = /^[^{ ]*/.exec(text)?.[0] ?? ''
  if (!metricName.test(name)) throw new Error(`"${name}" is no metric name`)
  const labels: Record<string, string> = {}
  let at = name.length
  if (text[at] === '{') {
    at++
    while (text[at] !== '}') {
      const label = /^([^=]*)="((?:[^"\\\n]|\\.)*)"(,?)/.exec(text.slice(at))
      if (label === null) throw new Error(`labels of ${name} cannot be read from column ${at + 1}`)
      const [whole, key = '', value = '', comma] = label
      if (!labelName.test(key)) throw new Error(`"${key}" is no label name`)
      if (Object.hasOwn(labels, key)) throw new Error(`${name} has the label ${key} twice`)
      labels[key] = unescaped(value, true)
      at += whole.length
      if (comma === '' && text[at] !== '}') throw new Error(`labels of ${name} are not separated by commas`)
    }
    at++
  }
  if (text[at] !== ' ') throw new Error(`${name}: a space before the value is missing`)
  return { name, labels, rest: text.slice(at + 1) }
}

/** Each label set has cumulative buckets up to +Inf, which equals the count, and a sum. */
function checkHistogram(family: Family): void {
  const sets = new Map<string, { buckets: [number, number][]; count?: number; sum?: number }>()
  for (const { name, labels, value } of family.series) {
    const { le, ...own } = labels
    const key = JSON.stringify(Object.entries(own).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const set = sets.get(key) ?? { buckets: [] }
    sets.set(key, set)
    if (name.endsWith('_sum')) set.sum = value
    else if (name.endsWith('_count')) set.count = value
    else if (le === undefined) throw new Error(`a bucket of ${family.name} has no le`)
    else set.buckets.push([readValue(le), value])
    if (!name.endsWith('_bucket') && le !== undefined) throw new Error(`${name} has an le`)
  }
  for (const [key, { buckets, count, sum }] of sets) {
    const where = `${family.name}${key}`
    if (count === undefined || sum === undefined) throw new Error(`${where} lacks its count or its sum`)
    for (const [i, [bound, value]] of buckets.entries()) {
      const [before, less] = buckets[i - 1] ?? [Number.NEGATIVE_INFINITY, 0]
      if (bound <= before) throw new Error(`${where}: the bounds do not ascend`)
      if (value < less) throw new Error(`${where}: the buckets are not cumulative`)
    }
    const [last, total] = buckets.at(-1) ?? [0, 0]
    if (last !== Number.POSITIVE_INFINITY) throw new Error(`${where} has no bucket +Inf`)
    if (total !== count) throw new Error(`${where}: the bucket +Inf is ${total}, the count ${count}`)
    if (count === 0 ? sum !== 0 : !Number.isFinite(sum)) throw new Error(`${where}: the sum is ${sum}`)
  }
}

/** Throws with the line number and what is wrong there. */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  if (!text.isWellFormed()) throw new Error('the text has lone surrogates')
  const reader = new Reader()
  for (const [i, line] of text.slice(0, -1).split('\n').entries()) {
    try {
      if (line.includes('\r')) throw new Error('a carriage return')
      reader.line(line)
    } catch (error) {
      throw new Error(`line ${i + 1}: ${error instanceof Error ? error.message : 'unreadable'}`)
    }
  }
  reader.end()
  return new Exposition(reader.families)
}
