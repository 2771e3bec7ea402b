/** The page's only style sheet: light and dark, 375 px to A4. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5a6169; --paper: #ffffff; --ground: #f5f6f8; --line: #dfe3e7; --link: #00588a; --accent: #0072b2;
  --good: #00614a; --good-ground: #dff3ec; --bad: #9a3412; --bad-ground: #fdeadd; --open: #4b535b; --open-ground: #e9ecef; --warn-ground: #fff6da; --warn-line: #e69f00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9ecef; --soft: #a7aeb6; --paper: #191c20; --ground: #101214; --line: #33383e; --link: #7cc4f5; --accent: #3d9fe0;
  --good: #6fe0bd; --good-ground: #0f3a2e; --bad: #ffb48a; --bad-ground: #47220f; --open: #c3c9cf; --open-ground: #2b3036; --warn-ground: #332a10; --warn-line: #b98a1c; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; top: 0; padding: .5rem 1rem; background: var(--paper); z-index: 2; }
.skip:focus { left: 0; }
.page { max-width: 70rem; margin: 0 auto; padding: 0 1.25rem 4rem; }
header { padding: 2.5rem 0 .5rem; }
.kind { margin: 0; color: var(--soft); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
h1 { margin: .2rem 0 .3rem; font-size: clamp(1.5rem, 4vw, 2.2rem); line-height: 1.2; text-wrap: balance; }
h2 { margin: 3rem 0 .75rem; font-size: 1.35rem; line-height: 1.3; }
h3 { margin: 0 0 .25rem; font-size: 1.05rem; line-height: 1.35; }
.meta { margin: 0; color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; margin: 1rem 0 0; padding: .6rem 0; list-style: none; border-block: 1px solid var(--line); font-size: .92rem; }
nav a { display: inline-block; padding: .2rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
.card, figure { margin: 0 0 1.25rem; padding: 1.25rem 1.4rem; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; }
.headline { margin: 0 0 .75rem; font-size: clamp(1.1rem, 2.4vw, 1.3rem); line-height: 1.45; font-weight: 600; text-wrap: pretty; }
.card > :last-child, figure > :last-child { margin-bottom: 0; }
.standings { margin: 0 0 .5rem; padding: 0; list-style: none; }
.standings { display: grid; gap: .6rem; }
.standings p { margin: 0; }
.standings .badge { min-width: 7.4em; margin-right: .35em; text-align: center; }
.card > h3 { margin-top: 1.1rem; }
.checks .badge { min-width: 7.4em; text-align: center; }
.checks { margin: .5rem 0 0; padding: 0; list-style: none; }
.checks li { display: flex; flex-wrap: wrap; gap: .15rem .7rem; align-items: baseline; padding: .3rem 0; }
.checks .seen { color: var(--soft); font-size: .92rem; }
.badge { display: inline-block; padding: 0 .5em; border-radius: 4px; font-size: .8rem; line-height: 1.6; font-weight: 600; white-space: nowrap; background: var(--open-ground); color: var(--open); }
.badge.better, .badge.passed { background: var(--good-ground); color: var(--good); }
.badge.worse, .badge.failed { background: var(--bad-ground); color: var(--bad); }
.warnings { margin: 0 0 1.25rem; padding: .9rem 1.4rem; background: var(--warn-ground); border-left: 4px solid var(--warn-line); border-radius: 4px 10px 10px 4px; }
.warnings h3 { margin: 0 0 .2rem; }
.warnings ul { margin: 0; padding-left: 1.2rem; }
.finding { margin: 0 0 .7rem; max-width: 62rem; }
.reading { margin: .6rem 0 .4rem; color: var(--soft); font-size: .92rem; }
.plot { width: 100%; overflow: hidden; }
.plot canvas { display: block; max-width: 100%; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem .35rem; margin: 0 0 .5rem -.4rem; }
.entry { display: inline-flex; align-items: center; gap: .45rem; max-width: 100%; padding: .2rem .45rem; border: 1px solid transparent; border-radius: 5px; background: none; color: inherit; font: inherit; font-size: .88rem; text-align: left; }
.entry canvas { flex: none; }
button.entry { cursor: pointer; }
button.entry:hover { border-color: var(--line); }
button.entry[aria-pressed="false"] { color: var(--soft); text-decoration: line-through; }
button.entry[aria-pressed="false"] canvas { opacity: .35; }
details { margin-top: .4rem; }
summary { cursor: pointer; color: var(--link); font-size: .92rem; padding: .15rem 0; width: fit-content; }
.scroll { overflow-x: auto; margin: .5rem 0 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .45rem .62rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; font-size: .82rem; line-height: 1.35; vertical-align: bottom; white-space: normal; min-width: 4.6rem; }
th.name, td.name { text-align: left; }
tbody th { position: sticky; left: 0; background: var(--paper); font-weight: 600; }
th.long { max-width: 20rem; min-width: 14rem; white-space: normal; }
thead th:first-child { position: sticky; left: 0; background: var(--paper); }
td small, .diff small { display: block; color: var(--soft); font-size: .78rem; }
.tag { color: var(--soft); font-weight: 400; font-size: .8rem; white-space: nowrap; }
.wide { white-space: normal; min-width: 15rem; }
.note, .none { color: var(--soft); font-size: .92rem; }
dl { display: grid; grid-template-columns: minmax(8rem, 14rem) minmax(0, 1fr); gap: .5rem 1.2rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; }
pre { margin: .3rem 0 0; padding: .7rem .9rem; overflow-x: auto; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; font-size: .86rem; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .9em; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .88rem; }
@media (max-width: 35rem) { .page { padding: 0 .8rem 3rem; } .card, figure { padding: .9rem .8rem; } header { padding-top: 1.4rem; } dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: .7rem; } th, td { padding: .4rem .55rem; } tbody th { max-width: 8.5rem; white-space: normal; } th.long { min-width: 8.5rem; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --ground: #fff; --line: #ccc; --link: #000; --good: #00614a; --good-ground: #fff; --bad: #9a3412; --bad-ground: #fff; --open: #333; --open-ground: #fff; --warn-ground: #fff; }
  @page { size: A4; margin: 14mm; } html { font-size: 10pt; } body { font-size: 10pt; } nav, .skip { display: none; } .page { max-width: none; padding: 0; } .card, figure { padding: .6rem 0; border: 0; border-top: 1px solid #ccc; border-radius: 0; }
  .scroll { overflow: visible; border: 0; } table, thead th, .badge, .tag { font-size: 7.5pt; } td small, .diff small { font-size: 6.5pt; } th, td { padding: .2rem .3rem; white-space: normal; } tbody th { position: static; min-width: 0; } tr, h2, h3 { break-inside: avoid; } h2, h3, figcaption, .legend, .plot { break-after: avoid; } figcaption, .legend, .plot, .card { break-inside: avoid; } .badge { border: 1px solid currentColor; } }
`;
