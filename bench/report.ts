/** What the benchmark prints: figures beside their goals. A missed goal is shown, and fails nothing. */

export interface Figure {
  readonly what: string
  readonly value: number
  /** After the number; none for a ratio. */
  readonly unit?: string
  readonly decimals?: number
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number }
}

function judged({ value, goal, unit = '' }: Figure): string {
  if (goal === undefined) return ''
  const isMet = 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast
  const bound = 'atMost' in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`
  return `goal ${bound}${unit && ` ${unit}`}: ${isMet ? 'met' : 'missed'}`
}

export class Report {
  readonly #showsGoals: boolean

  /** @param showsGoals whether enough is measured for goals to say something */
  constructor(showsGoals: boolean) {
    this.#showsGoals = showsGoals
  }

  heading(text: string): void {
    console.log(`\n${text}`)
  }

  line(text: string): void {
    console.log(text)
  }

  figure(figure: Figure): void {
    const { what, value, unit = '', decimals = 2 } = figure
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
    const number = value.toLocaleString('en', digits).padStart(10)
    const goal = this.#showsGoals ? judged(figure) : ''
    console.log(`${what.padEnd(58)}${number} ${unit.padEnd(10)}${goal}`.trimEnd())
  }
}
