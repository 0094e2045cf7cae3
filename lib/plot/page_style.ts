/**
 * The look of pages: light and dark, narrow and wide, on screen and on paper.
 *
 * @module
 */

import { darkColors } from "./dark.ts";
import { inkColor, paperColor } from "./theme.ts";

/** Style sheet of a page. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: ${paperColor}; --ink: ${inkColor}; --soft: #555;
  --line: #ddd; --tint: #f3f6fa; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: ${darkColors[paperColor]}; --ink: ${darkColors[inkColor]}; --soft: #a9afb8;
    --line: #33373e; --tint: #1e2228; }
}
* { box-sizing: border-box; }
body { font: 16px/1.5 Arial, Helvetica, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 72rem; margin: 2rem auto; padding: 0 1.25rem; }
h1, h2 { line-height: 1.2; font-weight: 600; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
p, dd, figcaption { max-width: 48rem; overflow-wrap: anywhere; }
.summary { background: var(--tint); border-left: 4px solid #4477aa; margin: 1.5rem 0;
  padding: 0.75rem 1.25rem; display: grid; grid-template-columns: max-content 1fr; gap: 0.4rem 1.25rem; }
.summary dt { font-weight: 600; }
.summary dd { margin: 0; min-width: 0; }
code { font: 0.9em/1.4 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
code span { display: inline-block; max-width: 100%; }
table { border-collapse: separate; border-spacing: 0; margin: 1rem 0;
  font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
td[style*="right"] { white-space: nowrap; }
.long tbody tr > :first-child { min-width: min(20rem, 45vw); }
.caption { color: var(--soft); font-size: 0.9rem; }
thead th { vertical-align: bottom; white-space: nowrap; }
tr > :first-child { position: sticky; left: 0; z-index: 1; background: var(--paper); }
figure { margin: 1.5rem 0; }
figcaption { color: var(--soft); font-size: 0.9rem; }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid #4477aa; outline-offset: 2px; }
.tables { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: flex-start; }
.tables > .wide { max-width: 100%; }
.still { overflow-x: auto; }
.still img { width: 100%; min-width: 32rem; height: auto; }
.still .day { display: block; }
.still .night { display: none; }
.still.replaced { display: none; }
@media screen and (prefers-color-scheme: dark) {
  .still .day { display: none; }
  .still .night { display: block; }
}
@media screen and (max-width: 40rem) {
  body { margin: 1rem auto; padding: 0 1rem; }
  h1 { font-size: 1.35rem; }
  th, td { padding: 0.25rem 0.5rem; }
  tr > :first-child { min-width: 6.5rem; max-width: 45vw; white-space: normal; overflow-wrap: break-word; }
  .summary { display: block; padding: 0.5rem 1rem; }
  .summary dd { margin-bottom: 0.5rem; }
}
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 11pt; }
  h2 { margin-top: 1.5rem; break-after: avoid; }
  figure, tr, .summary { break-inside: avoid; }
  td { overflow-wrap: anywhere; }
  .wide, .still { overflow: visible; }
  .drawn { display: none; }
  .still.replaced { display: block; }
  .still img { min-width: 0; max-width: 100%; }
}
`;
