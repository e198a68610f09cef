/**
 * The look of a page: a serif to read, a sans to scan, one accent, in the light or the dark as the reader has it, and black on
 * white on paper. No font is loaded: the families are those that systems have (modernfontstacks.com, "Transitional").
 */
export const STYLE = `
:root { color-scheme: light dark;
  --paper: light-dark(#fdfcfa, #16181b); --ink: light-dark(#22252a, #dfe1e4); --soft: light-dark(#646b75, #9aa2ad);
  --line: light-dark(#e4e1da, #30343a); --wash: light-dark(#f5f3ee, #1e2125); --accent: light-dark(#2b5d8a, #7fb0dc);
  --pale: light-dark(#c9d8e6, #2c4358); --bad: light-dark(#b3261e, #f2877f); --mind: light-dark(#96650b, #e0b45c);
  --serif: Charter, 'Bitstream Charter', 'Sitka Text', Cambria, 'Noto Serif', Georgia, serif;
  --sans: Seravek, 'Gill Sans Nova', Ubuntu, Calibri, 'Source Sans Pro', system-ui, sans-serif;
  --mono: ui-monospace, 'Cascadia Code', 'Source Code Pro', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
* { box-sizing: border-box }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100% }
body { margin: 0 auto; padding: 4rem 1.5rem 6rem; max-width: 54rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.62 var(--serif); font-variant-numeric: oldstyle-nums; text-rendering: optimizeLegibility; hanging-punctuation: first }
h1, h2, h3, h4 { font-weight: 600; line-height: 1.2; text-wrap: balance; break-after: avoid }
h1 { margin: 0; font-size: 2.6rem; letter-spacing: -.02em }
h2 { margin: 0; font-size: 1.9rem; letter-spacing: -.012em }
h3 { margin: 2.6rem 0 .6rem; font-size: 1.25rem }
h4 { margin: 2rem 0 .4rem; font-size: 1.05rem; font-style: italic; font-weight: 500 }
p, ul, ol { margin: .8rem 0; max-width: 40rem; text-wrap: pretty; orphans: 3; widows: 3 }
li { margin: .25rem 0 }
.lead { margin: .7rem 0 1.6rem; color: var(--soft); font-size: 1.15rem; font-style: italic; line-height: 1.5 }
header { padding-bottom: 1.5rem; border-bottom: 3px double var(--line) }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.4rem; margin: 1.4rem 0 0; font-family: var(--sans); font-variant-numeric: lining-nums }
dt { color: var(--soft); font-size: .72rem; letter-spacing: .09em; text-transform: uppercase }
dd { margin: .1rem 0 0; font-size: 1rem }
nav { margin: 1.6rem 0 0 } nav ol { columns: 2; max-width: none; padding-left: 1.3rem; color: var(--soft) } nav li { margin: 0 0 .3rem }
a { color: var(--accent); text-decoration-color: color-mix(in srgb, currentColor 35%, transparent); text-underline-offset: .17em; text-decoration-thickness: 1px }
a:hover { text-decoration-color: currentColor }
main > section { margin-top: 4.5rem } main > section:only-child { margin-top: 2.4rem } section:only-child > h2 { margin: 3rem 0 .8rem; font-size: 1.5rem }
code { font: .84em var(--mono); padding: .08em .3em; border-radius: 4px; background: var(--wash); overflow-wrap: anywhere }
pre { margin: 1rem 0; padding: .9rem 1.1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--wash); line-height: 1.55 }
pre code { padding: 0; background: none; font-size: .8rem; overflow-wrap: normal }
.table { margin: 1.2rem 0; overflow-x: auto }
table { width: 100%; border-collapse: collapse; font: .875rem/1.45 var(--sans); font-variant-numeric: lining-nums tabular-nums }
th, td { padding: .45rem .9rem .45rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
th { color: var(--soft); font-size: .72rem; font-weight: 500; letter-spacing: .08em; text-transform: uppercase; white-space: nowrap; border-bottom-color: var(--soft) }
td:last-child, th:last-child { padding-right: 0 }
td code { overflow-wrap: normal; font-size: .8rem }
.note { padding: .7rem 1rem; border-left: 3px solid var(--accent); background: var(--wash); max-width: none; font-family: var(--sans); font-size: .95rem; border-radius: 0 8px 8px 0 }
.note.warning { border-left-color: var(--mind) }
.tasks { padding-left: 1.5em; list-style: none }
.box { display: inline-block; width: .8em; height: .8em; margin: 0 .6em 0 -1.45em; border: 1.5px solid var(--soft); border-radius: 2px }
figure { margin: 1.6rem 0 } figcaption { margin-top: .3rem; color: var(--soft); font: italic .9rem var(--serif) }
svg { display: block; width: 100%; height: auto; font: 12px var(--sans); font-variant-numeric: lining-nums tabular-nums }
svg text { fill: var(--ink) } svg .tick { fill: var(--soft); font-size: 11px } svg .name { font-size: 10.5px } svg .value { font-size: 11.5px }
svg .rule { stroke: var(--line); fill: none } svg .bar { fill: var(--accent) } svg .maybe { fill: var(--pale) }
svg .area { fill: var(--pale) } svg .edge { fill: none; stroke: var(--accent); stroke-width: 1.3; stroke-linejoin: round } svg .line { fill: none; stroke: var(--accent); stroke-width: 1.6; stroke-linejoin: round }
svg .limit { fill: none; stroke-dasharray: 5 4 } svg .limit.warning { stroke: var(--mind) } svg .limit.critical { stroke: var(--bad) }
svg .warning.tick { fill: var(--mind) } svg .critical.tick { fill: var(--bad) } svg .mark { stroke: var(--bad); stroke-dasharray: 2 3 }
@media (max-width: 40rem) { body { padding: 2rem 1.1rem 4rem; font-size: 1rem } h1 { font-size: 2rem } h2 { font-size: 1.55rem } nav ol { columns: 1 } }
@page { margin: 20mm 18mm; @bottom-center { content: counter(page) ' / ' counter(pages); font: 9pt serif; color: #777 } }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #555; --line: #ccc; --wash: #f6f6f6; --accent: #24527a; --pale: #cfdbe6; --bad: #a3211a; --mind: #7d5408 }
  body { max-width: none; padding: 0; font-size: 10.5pt } p, ul, ol { max-width: none }
  h1 { font-size: 24pt } h2 { font-size: 18pt } main > section + section { break-before: page; margin-top: 0 }
  pre, figure, tr, .note, dl { break-inside: avoid } pre { white-space: pre-wrap } .table { overflow: visible } thead { display: table-header-group }
  a { color: inherit; text-decoration: none } nav a::after { content: leader('.') target-counter(attr(href), page) }
}
`
