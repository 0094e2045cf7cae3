/**
 * Figures of small images in rows and columns.
 *
 * @module
 */
import { encode } from "fast-png";
import type { Figure, FigureOptions, ScatterTrace } from "./figure.ts";
import { inkColor, themedLayout } from "./theme.ts";

/** Settings of {@linkcode imageGridFigure}. */
export interface ImageGridOptions extends FigureOptions {
  /** Height of an image in its own pixels; 32 by default. */
  readonly imageHeight?: number;
  /** Width of an image in its own pixels; 32 by default. */
  readonly imageWidth?: number;
  /** Images in a row; 8 by default. */
  readonly columns?: number;
  /** Words under each image. */
  readonly captions?: readonly string[];
  /** Words to the left of each row. */
  readonly rowTitles?: readonly string[];
  /** Pixels of the page for a pixel of an image; so that the grid is about 720 wide by default. */
  readonly zoom?: number;
}

interface Grid {
  readonly height: number;
  readonly width: number;
  readonly columns: number;
  readonly rows: number;
  /** Empty pixels between columns and rows, in pixels of the images. */
  readonly gaps: { readonly column: number; readonly row: number };
}

/**
 * A grid of colour images, row after row.
 *
 * @param images Pixels `[N, height, width, 3]`, 0 to 255, in the order red, green, blue.
 * @param options Title, description, columns and captions.
 * @returns The figure.
 * @throws {RangeError} If the number of pixels or captions does not fit.
 * @example Two grey images
 * ```ts
 * import { imageGridFigure } from "glmc/plot/image_grid.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = imageGridFigure(new Uint8Array(2 * 32 * 32 * 3).fill(128), {
 *   title: "Two images",
 *   description: "Two grey squares.",
 *   captions: ["one", "two"],
 * });
 *
 * assertEquals(figure.data.map(({ type }) => type), ["image", "scatter"]);
 * ```
 */
export function imageGridFigure(
  images: Uint8Array | Uint8ClampedArray,
  options: ImageGridOptions,
): Figure {
  const { imageHeight: height = 32, imageWidth: width = 32, captions, rowTitles } = options;
  const count = images.length / (height * width * 3);
  if (count === 0) {
    throw new RangeError(
      "Cannot draw the images: there are none: leave the figure out where nothing is to be shown",
    );
  }
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `Cannot draw the images: ${images.length} values are not a number of ${height} x ${width} x 3 ` +
        "images: set imageHeight and imageWidth to their size",
    );
  }
  if (captions && captions.length !== count) {
    throw new RangeError(
      `Cannot draw the images: there are ${captions.length} captions for ${count} images: ` +
        "write one under each, or none",
    );
  }
  const columns = Math.min(options.columns ?? 8, count);
  const rows = Math.ceil(count / columns);
  const zoom = options.zoom ??
    Math.min(5, Math.max(1, Math.floor(720 / (columns * width) * 2) / 2));
  const lines = Math.max(0, ...(captions ?? []).map((caption) => caption.split("<br>").length));
  const gaps = {
    column: Math.ceil(4 / zoom),
    row: Math.ceil((lines > 0 ? 8 + 15 * lines : 4) / zoom),
  };
  const grid: Grid = { height, width, columns, rows, gaps };
  const size = gridSize(grid);
  const margin = {
    l: 16 + 7 * Math.max(0, ...(rowTitles ?? []).map((title) => title.length)),
    r: 16,
    t: 52,
    b: 8,
  };
  return {
    data: [
      { type: "image", source: toDataUri(paintGrid(images, grid), size), hoverinfo: "skip" },
      ...(captions ? [captionTrace(captions, grid)] : []),
      ...(rowTitles ? [rowTitleTrace(rowTitles, grid)] : []),
    ],
    layout: {
      ...themedLayout(options),
      width: Math.round(size.width * zoom) + margin.l + margin.r,
      height: Math.round(size.height * zoom) + margin.t + margin.b,
      margin,
      xaxis: { visible: false, range: [-0.5, size.width - 0.5], fixedrange: true },
      yaxis: { visible: false, range: [size.height - 0.5, -0.5], fixedrange: true },
    },
    description: options.description,
  };
}

function gridSize({ height, width, columns, rows, gaps }: Grid): { height: number; width: number } {
  return {
    height: rows * (height + gaps.row),
    width: columns * (width + gaps.column) - gaps.column,
  };
}

/** Pixels of the whole grid with red, green, blue and opacity; gaps are clear. */
function paintGrid(images: Uint8Array | Uint8ClampedArray, grid: Grid): Uint8Array {
  const { height, width, columns, gaps } = grid;
  const size = gridSize(grid);
  const painted = new Uint8Array(size.height * size.width * 4);
  const pixels = height * width;
  for (let pixel = 0; pixel < images.length / 3; pixel++) {
    const image = Math.floor(pixel / pixels);
    const top = Math.floor(image / columns) * (height + gaps.row);
    const left = (image % columns) * (width + gaps.column);
    const row = top + Math.floor(pixel % pixels / width);
    const target = 4 * (row * size.width + left + pixel % width);
    painted.set(images.subarray(3 * pixel, 3 * pixel + 3), target);
    painted[target + 3] = 255;
  }
  return painted;
}

function toDataUri(data: Uint8Array, { height, width }: { height: number; width: number }): string {
  return `data:image/png;base64,${encode({ width, height, data, channels: 4 }).toBase64()}`;
}

const words = {
  type: "scatter",
  mode: "text",
  textfont: { color: inkColor, size: 11 },
  cliponaxis: false,
  hoverinfo: "skip",
  showlegend: false,
} as const;

function captionTrace(captions: readonly string[], grid: Grid): ScatterTrace {
  const { height, width, columns, gaps } = grid;
  return {
    ...words,
    x: captions.map((_, i) => (i % columns) * (width + gaps.column) + width / 2 - 0.5),
    y: captions.map((_, i) =>
      Math.floor(i / columns) * (height + gaps.row) + height - 0.5 + gaps.column / 2
    ),
    text: captions,
    textposition: "bottom center",
  };
}

function rowTitleTrace(titles: readonly string[], grid: Grid): ScatterTrace {
  return {
    ...words,
    // Plotly leaves out words whose place lies beyond the axis.
    x: titles.map(() => -0.5),
    y: titles.map((_, row) => row * (grid.height + grid.gaps.row) + grid.height / 2 - 0.5),
    text: titles.map((title) => `${title} `),
    textposition: "middle left",
  };
}
