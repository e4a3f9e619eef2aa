/**
 * The script of the pages, as browsers get it: looks for news from time to time and puts them in where they belong, without a
 * jump. Elements stay what they are, so that focus, scroll positions and what is being typed stay, too. A page without it is
 * whole; it shows what was so when it was asked for.
 */

export const liveScript = `'use strict'
{
  const everyMs = 5000
  const patienceMs = 10000
  const button = document.getElementById('live')
  const note = document.getElementById('stale')
  let isPaused = false
  let isPressed = false
  let isLoading = false
  let timer
  let since

  /** Makes 'now' like 'next', from the outside to the inside. */
  function morph(now, next) {
    if (now.nodeType !== next.nodeType || now.nodeName !== next.nodeName) return now.replaceWith(next.cloneNode(true))
    if (now.nodeType !== Node.ELEMENT_NODE) {
      if (now.nodeValue !== next.nodeValue) now.nodeValue = next.nodeValue
      return
    }
    if (now.matches('form, details')) return
    for (const { name } of [...now.attributes]) if (!next.hasAttribute(name)) now.removeAttribute(name)
    for (const { name, value } of next.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value)
    const children = [...now.childNodes]
    const others = [...next.childNodes]
    others.forEach((other, i) => (children[i] ? morph(children[i], other) : now.append(other.cloneNode(true))))
    for (const child of children.slice(others.length)) child.remove()
  }

  /** A row may have moved: whoever had its link in focus still has. */
  function keepFocus(change) {
    const focused = document.activeElement
    const href = focused?.getAttribute('href')
    const near = focused?.closest('section, .scroll, main')
    change()
    if (!href || (focused.isConnected && focused.getAttribute('href') === href)) return
    const again = [...(near?.isConnected ? near : document).querySelectorAll('a[href]')].find((link) => link.getAttribute('href') === href)
    again?.focus({ preventScroll: true })
  }

  function show(text) {
    const page = new DOMParser().parseFromString(text, 'text/html')
    const pairs = ['main', 'footer'].map((name) => [document.querySelector(name), page.querySelector(name)])
    if (pairs.some(([now, next]) => !now || !next)) return
    keepFocus(() => pairs.forEach(([now, next]) => morph(now, next)))
    document.title = page.title
  }

  function isBusy() {
    const selection = document.getSelection()
    return isPressed || Boolean(selection && !selection.isCollapsed)
  }

  async function refresh() {
    if (isLoading || isPaused || document.hidden) return
    isLoading = true
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(patienceMs) })
      if (answer.status >= 500) throw new Error('failed')
      const text = await answer.text()
      if (!isPaused && !document.hidden && !isBusy()) show(text)
      since = undefined
      note.textContent = ''
    } catch {
      since ??= new Date().toISOString().slice(11, 19) + 'Z'
      note.textContent = 'The run has not answered since ' + since + ': what is shown is of then.'
    }
    isLoading = false
    plan()
  }

  function plan() {
    clearTimeout(timer)
    if (!isPaused && !document.hidden) timer = setTimeout(refresh, everyMs)
  }

  button.addEventListener('click', () => {
    isPaused = !isPaused
    button.setAttribute('aria-pressed', String(isPaused))
    if (isPaused) plan()
    else refresh()
  })
  document.addEventListener('visibilitychange', () => (document.hidden ? plan() : refresh()))
  document.addEventListener('pointerdown', () => { isPressed = true })
  for (const end of ['pointerup', 'pointercancel']) document.addEventListener(end, () => { isPressed = false })
  button.classList.remove('asleep')
  button.disabled = false
  plan()
}
`
