/**
 * What a page does in the reader's browser, if it runs scripts: it unpacks plotly.js and draws every figure in
 * place of its picture, as wide as the window and in the colours of its scheme.
 *
 * @module
 */

/** Pixels below which a figure takes its narrow layout. */
const narrow = 600;

/** Script of a page; what it draws stands in elements named `figures`, `dark` and `plotly`. */
export const pageDrawing = `
(async () => {
  const read = (id) => document.getElementById(id).textContent;
  const packed = Uint8Array.from(atob(read("plotly")), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  const figures = JSON.parse(read("figures"));
  const dark = JSON.parse(read("dark"));
  const night = matchMedia("(prefers-color-scheme: dark)");
  const inScheme = (value) => !night.matches ? value : JSON.parse(JSON.stringify(value, (_, part) =>
    typeof part === "string" && part.length <= 9 && dark[part.slice(0, 7)]
      ? dark[part.slice(0, 7)] + part.slice(7) : part));
  const draw = async (place, { data, layout, narrow }) => {
    const { width: _, ...chosen } = place.clientWidth < ${narrow} ? narrow : layout;
    const modebar = { bgcolor: "rgba(0,0,0,0)" };
    await Plotly.react(place, inScheme(data), { ...inScheme(chosen), modebar, autosize: true },
      { displaylogo: false, responsive: true });
    place.nextElementSibling?.classList.add("replaced");
  };
  const drawAll = async () => {
    for (const [i, figure] of figures.entries()) {
      await draw(document.getElementById("figure" + i), figure);
    }
  };
  await drawAll();
  night.addEventListener("change", drawAll);
  const isNarrow = matchMedia("(max-width: 40rem)");
  isNarrow.addEventListener("change", drawAll);
})();
`;
