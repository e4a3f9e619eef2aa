/** The only file that spells PromQL: expressions are composed from these functions. */

export interface Expr {
  readonly text: string
  /** How tightly its outermost operator binds. */
  readonly precedence: number
}

const precedence = { or: 1, and: 2, comparison: 3, sum: 4, product: 5, atom: 6 } as const

/** `value` is matched exactly; `{ matches }` is an anchored regular expression, or a dashboard variable. */
export type Matchers = Readonly<Record<string, string | { readonly matches: string }>>

/** Expressions longer than this go over several lines. */
const lineLength = 90

const atom = (text: string): Expr => ({ text, precedence: precedence.atom })

function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

/** In parentheses where it binds no tighter than the operator; a first operand of the same precedence needs none. */
function operand(expr: Expr, operator: number, first: boolean): string {
  const lines = expr.text.includes('\n')
  const bare = expr.precedence > operator || (first && expr.precedence === operator)
  // Several lines before a comparison read as if it belonged to the last of them.
  const misleading = lines && operator === precedence.comparison
  if (bare && !misleading) return expr.text
  if (!lines) return `(${expr.text})`
  return `(\n${expr.text.replaceAll(/^/gm, '  ')}\n)`
}

function join(operator: string, binds: number, operands: readonly Expr[]): Expr {
  const [only] = operands
  if (only && operands.length === 1) return only
  const texts = operands.map((expr, index) => operand(expr, binds, index === 0))
  const line = texts.join(` ${operator} `)
  const breaks = binds !== precedence.comparison && (line.length > lineLength || line.includes('\n'))
  return { text: breaks ? texts.join(`\n${operator}\n`) : line, precedence: binds }
}

/** `name{label="value",…}`. */
export function select(name: string, matchers: Matchers = {}): Expr {
  const list = Object.entries(matchers).map(([label, value]) =>
    typeof value === 'string' ? `${label}=${quote(value)}` : `${label}=~${quote(value.matches)}`,
  )
  return atom(list.length === 0 ? name : `${name}{${list.join(',')}}`)
}

export function number(decimal: string): Expr {
  return atom(decimal)
}

/** A number as a vector of one element without labels: what aggregations without `by` give. */
export function vector(decimal: string): Expr {
  return atom(`vector(${decimal})`)
}

/** @param window a duration, or a dashboard variable that holds one */
export function over(
  fn: 'increase' | 'rate' | 'last_over_time' | 'avg_over_time',
  selector: Expr,
  window: string,
): Expr {
  return atom(`${fn}(${selector.text}[${window}])`)
}

/**
 * Increase of a counter whose series may be born in the window: `increase` alone does not see their first step, which is
 * all there is of what happens seldom.
 */
export function increaseSinceBirth(selector: Expr, window: string): Expr {
  const born = atom(`(${selector.text} unless ${selector.text} offset ${window})`)
  return join('or', precedence.or, [born, over('increase', selector, window)])
}

export function aggregate(op: 'sum' | 'max' | 'min' | 'count', expr: Expr, by: readonly string[] = []): Expr {
  return atom(by.length === 0 ? `${op}(${expr.text})` : `${op} by (${by.join(', ')}) (${expr.text})`)
}

export function pick(op: 'topk' | 'bottomk', count: number, expr: Expr): Expr {
  return atom(`${op}(${count}, ${expr.text})`)
}

/** @param buckets rate of the `_bucket` series, summed by `le` and whatever else is wanted */
export function quantile(decimal: string, buckets: Expr): Expr {
  return atom(`histogram_quantile(${decimal}, ${buckets.text})`)
}

/** The bucket series of a histogram. */
export function bucketSeries(histogram: string): string {
  return `${histogram}_bucket`
}

/** 1 without labels when nothing has the name, nothing otherwise. */
export function absent(selector: Expr): Expr {
  return atom(`absent(${selector.text})`)
}

/** Unix seconds of the oldest sample in the window, to the step. */
export function oldestSample(selector: Expr, window: string, step: string): Expr {
  return atom(`min_over_time(timestamp(${selector.text})[${window}:${step}])`)
}

export function clamp(expr: Expr, least: string, most: string): Expr {
  return atom(`clamp(${expr.text}, ${least}, ${most})`)
}

/** A call whose first argument may go over several lines. */
function call(fn: string, { text }: Expr, ...more: readonly string[]): Expr {
  if (!text.includes('\n')) return atom(`${fn}(${[text, ...more].join(', ')})`)
  const args = [text.replaceAll(/^/gm, '  '), ...more.map((each) => `  ${each}`)]
  return atom(`${fn}(\n${args.join(',\n')}\n)`)
}

export function squareRoot(expr: Expr): Expr {
  return call('sqrt', expr)
}

/** Nothing below 0. */
export function atLeastZero(expr: Expr): Expr {
  return call('clamp_min', expr, '0')
}

/** The largest value that the expression had at the steps of a window. */
export function maximumOver(expr: Expr, window: string, step: string): Expr {
  return atom(`max_over_time(${expr.text}[${window}:${step}])`)
}

/** Evaluation time, Unix seconds. */
export function time(): Expr {
  return atom('time()')
}

export function divide(left: Expr, right: Expr): Expr {
  return join('/', precedence.product, [left, right])
}

export function multiply(left: Expr, right: Expr): Expr {
  return join('*', precedence.product, [left, right])
}

export function subtract(left: Expr, right: Expr): Expr {
  return join('-', precedence.sum, [left, right])
}

/** Keeps the elements for which the comparison holds. */
export function compare(left: Expr, operator: '>' | '>=' | '==' | '<' | '<=', decimal: string): Expr {
  return join(operator, precedence.comparison, [left, number(decimal)])
}

/** The larger of two elements; the second where the first is missing. */
export function larger(left: Expr, right: Expr): Expr {
  return or(join('>=', precedence.comparison, [left, right]), right)
}

export function and(...operands: readonly Expr[]): Expr {
  return join('and', precedence.and, operands)
}

/** Elements of `left` that have a partner with the same values of `on`. */
export function andOn(left: Expr, on: readonly string[], right: Expr): Expr {
  return join(`and on (${on.join(', ')})`, precedence.and, [left, right])
}

/** The first, and of each further one what has no partner before it: a default where there is no value. */
export function or(...operands: readonly Expr[]): Expr {
  return join('or', precedence.or, operands)
}

/** Many elements over one that shares the values of `on`; labels of the many side are kept. */
export function divideManyByOne(left: Expr, on: readonly string[], right: Expr): Expr {
  return join(`/ on (${on.join(', ')}) group_left`, precedence.product, [left, right])
}

/** The values that a label takes, for a dashboard variable. */
export function labelValues(selector: Expr, label: string): string {
  return `label_values(${selector.text}, ${label})`
}

/** Any of the texts, literally: RE2 metacharacters are escaped. */
export function anyOf(texts: readonly string[]): { readonly matches: string } {
  return { matches: texts.map((text) => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|') }
}
