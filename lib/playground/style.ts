/** The style sheet of the playground's page. */
export const STYLE = `
:root { color-scheme: light; --page: #ffffff; --text: #1c1c20; --soft: #55555e; --line: #8a8a94;
  --box: #f2f2f5; --bar: #0072b2; --largest: #b34a00; --focus: #0050c8; }
:root[data-theme=dark] { color-scheme: dark; --page: #18181b; --text: #ececef; --soft: #b4b4be;
  --line: #85858f; --box: #26262b; --bar: #56b4e9; --largest: #ffa14d; --focus: #8ec5ff; }
@media (prefers-color-scheme: dark) {
  :root:not([data-theme=light]) { color-scheme: dark; --page: #18181b; --text: #ececef;
    --soft: #b4b4be; --line: #85858f; --box: #26262b; --bar: #56b4e9; --largest: #ffa14d;
    --focus: #8ec5ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 880px; margin: 0 auto; padding: 12px; display: grid; gap: 12px 20px;
  grid-template-columns: minmax(0, 320px) minmax(0, 1fr);
  grid-template-areas: "head head" "pad side" "lights lights" "kept kept"; }
header { grid-area: head; display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center;
  justify-content: space-between; }
h1 { font-size: 20px; margin: 0; }
select, button { font: inherit; color: inherit; background: var(--box); border: 1px solid var(--line);
  border-radius: 6px; min-height: 40px; padding: 4px 12px; max-width: 100%; }
button { cursor: pointer; }
button:disabled { opacity: 0.55; cursor: default; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
#pad { grid-area: pad; }
#canvas { display: block; width: 100%; aspect-ratio: 1; background: #000; border-radius: 6px;
  border: 1px solid var(--line); touch-action: none; cursor: crosshair;
  -webkit-user-select: none; user-select: none; -webkit-touch-callout: none; }
.tools { display: flex; gap: 8px; align-items: center; margin-top: 8px; }
.tools label { display: flex; align-items: center; gap: 6px; margin-left: auto; color: var(--soft); }
#pen { width: 80px; accent-color: var(--bar); }
#side { grid-area: side; display: flex; flex-direction: column; justify-content: space-between; gap: 10px; }
#result { display: flex; gap: 16px; align-items: center; }
figure { margin: 0; }
#picture { display: block; width: 140px; height: 140px; image-rendering: pixelated;
  border: 1px solid var(--line); }
figcaption, .hint, #kept { color: var(--soft); font-size: 14px; margin: 0; }
#digit { font-size: 72px; line-height: 1; font-weight: 700; min-width: 0.65em; text-align: center; }
#sureness { font-size: 18px; }
.row { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 4px; }
[role=meter] { position: relative; height: 132px; background: var(--box); border-radius: 4px; }
[role=meter]::before { content: ""; position: absolute; inset: auto 0 0 0; border-radius: 4px;
  height: calc(var(--share, 0) * 108px); background: var(--bar); }
[role=meter].largest::before { background: var(--largest); }
[role=meter]::after { content: attr(data-percent); position: absolute; left: 0; right: 0;
  bottom: calc(var(--share, 0) * 108px + 2px); text-align: center; font-size: 12px; }
[data-label] { padding: 0; min-height: 40px; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { padding: 0; margin: 4px 0; color: var(--soft); font-size: 14px; }
#lights { grid-area: lights; display: block; width: 100%; height: 280px; border-radius: 6px; }
#keep { grid-area: kept; display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
.hidden { position: fixed; top: 0; left: 0; margin: 0; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
@media (max-width: 560px) {
  main { grid-template-columns: minmax(0, 1fr); gap: 8px;
    grid-template-areas: "head" "pad" "side" "lights" "kept"; padding: 8px 12px; }
  #canvas { max-width: 288px; margin: 0 auto; }
  #picture { width: 84px; height: 84px; }
  #digit { font-size: 60px; }
  [role=meter] { height: 84px; }
  [role=meter]::before { height: calc(var(--share, 0) * 62px); }
  [role=meter]::after { bottom: calc(var(--share, 0) * 62px + 2px); }
  #lights { height: 220px; }
}
@media (prefers-reduced-motion: no-preference) {
  [role=meter]::before { transition: height 60ms linear; }
}
`;
