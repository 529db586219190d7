/** Of the start page; light and dark as the reader has it. */
export const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: light-dark(#1b62c4, #7ab1ff); }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .5rem 2rem; align-items: baseline; padding: 1rem 2rem; border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 1.4rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .75rem; }
small { font-weight: normal; opacity: .7; }
nav { display: flex; flex-wrap: wrap; gap: 1.25rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
main { padding: 0 2rem 3rem; max-width: 90rem; }
section { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; opacity: .7; font-size: .85rem; }
td a + a { margin-left: .75rem; }
code { font: .9em ui-monospace, monospace; }
.status { padding: .1rem .5rem; border-radius: 1rem; background: var(--soft); font-size: .85rem; }
.status.complete { background: #2a924a40; } .status.error { background: #d43a3a50; }
.status.in_progress { background: #2f7de150; } .status.resolved_manually { background: #a26bd050; }
.graphs { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1.25rem; }
figure { margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: .6rem; }
figcaption p { margin: .25rem 0 0; opacity: .8; }
.drawing { margin-top: .75rem; }
.drawing svg { display: block; max-width: 100%; height: auto; max-height: 26rem; }
`;
