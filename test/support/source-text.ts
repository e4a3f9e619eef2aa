/** Tells code, strings and comments of TypeScript text apart: enough for architecture rules, no parser. */

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

export interface Dissected {
  /** The code line by line, with strings and regular expressions emptied and comments left out. */
  readonly code: string
  /** As `code`, with strings as they are: for imports. */
  readonly statements: string
  /** Contents of strings, and the literal stretches of templates. */
  readonly strings: readonly string[]
  readonly comments: readonly string[]
}

const keywordsBeforeRegex = /(?:^|[^\w$.])(?:return|typeof|case|in|of|yield|await)\s*$/
const operatorsBeforeRegex = /[(,=:[!&|?{};+\-*%~^<>]\s*$/

function startsRegex(code: string): boolean {
  return code.trim() === '' || operatorsBeforeRegex.test(code) || keywordsBeforeRegex.test(code)
}

export function dissect(text: string): Dissected {
  const walk = { at: 0, code: '', statements: '', strings: [] as string[], comments: [] as string[] }
  /** For each open template: how many braces are open inside its current `${…}`. */
  const templates: number[] = []
  while (walk.at < text.length) {
    const rest = text.slice(walk.at, walk.at + 2)
    const char = rest[0] ?? ''
    if (rest === '//' || rest === '/*') skipComment(text, walk, rest)
    else if (char === "'" || char === '"') takeString(text, walk, char)
    else if (char === '`' || (char === '}' && templates.at(-1) === 0)) {
      if (char === '}') templates.pop()
      if (takeTemplate(text, walk)) templates.push(0)
    } else if (char === '/' && startsRegex(walk.code.slice(-200))) takeRegex(text, walk)
    else {
      const open = templates.length - 1
      if (open >= 0 && char === '{') templates[open] = (templates[open] ?? 0) + 1
      if (open >= 0 && char === '}') templates[open] = (templates[open] ?? 0) - 1
      walk.code += char
      walk.statements += char
      walk.at++
    }
  }
  return walk
}

interface Walk {
  at: number
  code: string
  statements: string
  readonly strings: string[]
  readonly comments: string[]
}

function skipComment(text: string, walk: Walk, opening: string): void {
  const end = opening === '//' ? text.indexOf('\n', walk.at) : text.indexOf('*/', walk.at + 2) + 2
  const stop = end < walk.at + 2 ? text.length : end
  const comment = text.slice(walk.at, stop)
  const lines = comment.replaceAll(/[^\n]/g, '')
  walk.comments.push(comment)
  walk.code += lines
  walk.statements += lines
  walk.at = stop
}

function takeString(text: string, walk: Walk, quote: string): void {
  let end = walk.at + 1
  while (end < text.length && text[end] !== quote && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1
  walk.strings.push(text.slice(walk.at + 1, end))
  walk.code += quote + quote
  walk.statements += text.slice(walk.at, end + 1)
  walk.at = end + 1
}

/** From the opening backtick, or from the brace that closes an expression. True where an expression opens. */
function takeTemplate(text: string, walk: Walk): boolean {
  let end = walk.at + 1
  while (end < text.length && text[end] !== '`' && text.slice(end, end + 2) !== '${')
    end += text[end] === '\\' ? 2 : 1
  const literal = text.slice(walk.at + 1, end)
  const opens = text[end] === '$'
  walk.strings.push(literal)
  walk.code += `\`\`${literal.replaceAll(/[^\n]/g, '')}`
  walk.statements += text.slice(walk.at, end)
  walk.at = end + (opens ? 2 : 1)
  return opens
}

function takeRegex(text: string, walk: Walk): void {
  let end = walk.at + 1
  let inClass = false
  while (end < text.length && (inClass || text[end] !== '/') && text[end] !== '\n') {
    if (text[end] === '[') inClass = true
    if (text[end] === ']') inClass = false
    end += text[end] === '\\' ? 2 : 1
  }
  walk.code += '0'
  walk.statements += '0'
  walk.at = end + 1
}

export interface Import {
  readonly specifier: string
  /** `import type` or `export type … from`: leaves no trace at run time. */
  readonly isTypeOnly: boolean
  /** What stands between `import` and `from`. */
  readonly clause: string
}

const importPattern =
  /(?:^|[\n;])\s*(?:import|export)\s+(type\s+)?(?:([^'"`;]*?)\s*from\s*)?['"]([^'"\n]+)['"]/g
const dynamicPattern = /\bimport\s*\(\s*['"`]([^'"`\n]+)['"`]/g

export function importsOf(text: string): readonly Import[] {
  const { statements } = dissect(text)
  const fixed = [...statements.matchAll(importPattern)].map(([, type, clause, specifier]) => ({
    specifier: specifier ?? '',
    isTypeOnly: type !== undefined,
    clause: clause ?? '',
  }))
  const dynamic = [...statements.matchAll(dynamicPattern)].map(([, specifier]) => ({
    specifier: specifier ?? '',
    isTypeOnly: false,
    clause: '',
  }))
  return [...fixed, ...dynamic]
}

/** Lines of each function body, by a formatter's indentation: name or first line, and length. */
export function functionsOf(text: string): readonly { readonly line: number; readonly length: number }[] {
  const lines = dissect(text).code.split('\n')
  return lines.flatMap((line, at) => {
    if (!startsFunction(line)) return []
    const indent = line.length - line.trimStart().length
    const end = lines.findIndex((other, i) => i > at && closes(other, indent))
    const last = (lines[end] ?? '').trim()
    return end < 0 || last.startsWith(')') ? [] : [{ line: at + 1, length: end - at + 1 }]
  })
}

const notMethods = /^(?:if|for|while|switch|catch|return|await|throw|super|new|else|do|try|with)\b/
const methodHead =
  /^(?:(?:public|private|protected|static|async|override|get|set)\s+)*[#$\w]+(?:<[^>]*>)?\(.*[{(,]$/

function startsFunction(line: string): boolean {
  const code = line.trim()
  if (/\bfunction\b/.test(code) || /=>\s*\{$/.test(code)) return true
  return !notMethods.test(code) && methodHead.test(code)
}

/** The first line at the same depth that ends a block or, where it was only a call, its arguments. */
function closes(line: string, indent: number): boolean {
  const code = line.trimStart()
  return line.length - code.length === indent && /^(?:\}[)\],;]*|\)[)\],;]*)$/.test(code.trimEnd())
}
