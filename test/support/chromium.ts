/** Where Chromium is, if it is on the PATH. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const chromiumPath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'google-chrome', 'chrome'].map((name) => join(folder, name)))
  .find(existsSync)
