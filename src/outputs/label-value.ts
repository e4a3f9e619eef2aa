/** Texts from the logs as values of metric labels. */

const maxLength = 200

/** As the exposition can carry it: well-formed, one line, bounded. Texts that become the same share their series. */
export function labelValue(text: string): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  return cut.toWellFormed().replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
}
