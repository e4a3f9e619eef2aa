/** The stylesheet of all pages: light and dark by the reader's setting, system fonts, nothing from elsewhere. */

export const stylesheet = `:root {
  color-scheme: light dark;
  --paper: light-dark(#fff, #16191c); --ink: light-dark(#16191c, #e8eaec); --soft: light-dark(#57606a, #a6adb4);
  --line: light-dark(#d5d8dc, #3a3f45); --fill: light-dark(#f3f4f6, #202428); --link: light-dark(#0b57d0, #8ab4f8);
  --ok: light-dark(#12703a, #57c98b); --warn: light-dark(#8a5300, #f2b84b); --bad: light-dark(#b3261e, #ff8a80);
}
* { box-sizing: border-box }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 84rem; padding: 1rem 1rem 3rem; background: var(--paper); color: var(--ink); scrollbar-gutter: stable }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 2rem; border-bottom: 1px solid var(--line); padding-bottom: .6rem; margin-bottom: 1rem }
.brand { font-weight: 700; font-size: 1.15rem; color: var(--ink); text-decoration: none }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.2rem }
nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; border-bottom: 2px solid var(--link) }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem }
.pairs { margin: .6rem 0 } .pairs div { display: flex; flex-wrap: wrap; gap: .2rem .6rem } .pairs dt { color: var(--soft); min-width: 7rem } .pairs dd { margin: 0; min-width: 0; overflow-wrap: anywhere }
summary { cursor: pointer; color: var(--link) }
p { margin: .3rem 0; max-width: 48rem; overflow-wrap: anywhere }
a { color: var(--link) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px }
#live { margin-left: auto; font-size: .875rem; min-width: 8.5rem }
#live[aria-pressed="true"] { border-color: var(--warn); color: var(--warn) }
.asleep { visibility: hidden }
.stale { position: fixed; z-index: 1; bottom: 0; left: 0; right: 0; max-width: none; margin: 0; background: var(--fill); color: var(--bad); border-top: 2px solid var(--bad); padding: .5rem 1rem }
.stale:empty { display: none }
.skip { position: absolute; left: -99rem }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem }
.soft { color: var(--soft) }
.ok { color: var(--ok) }
.warn { color: var(--warn); font-weight: 600 }
.bad { color: var(--bad); font-weight: 600 }
.note { border-left: 4px solid var(--warn); background: var(--fill); padding: .6rem .9rem; margin: .8rem 0; max-width: none }
.scroll { overflow-x: auto }
.scroll + .scroll { margin-top: 1.2rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem }
th, td { padding: .35rem .8rem .35rem 0; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top }
thead th { font-weight: 600; color: var(--soft) }
tbody th { font-weight: inherit }
th.n, td.n { text-align: right }
td.w, th.w { white-space: normal; overflow-wrap: anywhere; min-width: 14rem }
.small { font-size: .875rem }
.bar { display: inline-block; vertical-align: middle; width: 6rem; height: .7rem; margin-right: .6rem }
.bar rect { fill: var(--line) }
.bar .ok { fill: var(--ok) }
.bar .warn { fill: var(--warn) }
.bar .bad { fill: var(--bad) }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem; margin: 1rem 0; padding: 0 }
.tiles div { background: var(--fill); border-radius: 6px; padding: .6rem .9rem }
.tiles dt { color: var(--soft); font-size: .875rem }
.tiles dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums }
pre { background: var(--fill); padding: .8rem; overflow-x: auto; border-radius: 6px }
code { overflow-wrap: anywhere }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .6rem 0 }
input, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 4px; padding: .3rem .6rem; max-width: 100% }
button { background: var(--fill); cursor: pointer }
.chart { display: block; width: 100%; height: auto; min-width: 34rem; max-width: 60rem }
.chart text { fill: var(--soft); font: 12px system-ui, sans-serif }
.chart .grid { stroke: var(--line) }
.chart .zero { stroke: var(--bad); stroke-dasharray: 4 3 }
.chart .plain { fill: var(--link) }
.chart .ok { fill: var(--ok) }
.chart .warn { fill: var(--warn) }
.chart .bad { fill: var(--bad) }
.chart .course { fill: none; stroke: var(--link); stroke-width: 2 }
.graph { display: block; width: 100%; height: auto; min-width: 44rem; max-width: 66rem }
.graph text { fill: var(--ink); font: 12px system-ui, sans-serif }
.graph .soft { fill: var(--soft) }
.graph .box { fill: var(--fill); stroke: var(--line) }
.graph .self { stroke: var(--link); stroke-width: 2 }
.graph .used { fill: none; stroke: var(--link); stroke-width: 2 }
.graph .idle { fill: none; stroke: var(--warn); stroke-width: 1.5; stroke-dasharray: 5 4 }
.graph .acts { fill: none; stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 2 3 }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .6rem; color: var(--soft) }
@media (max-width: 40rem) { body { padding: .7rem .7rem 2rem } td.w, th.w { min-width: 9rem } .bar { width: 3rem } }
`
