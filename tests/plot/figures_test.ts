import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { decode } from "fast-png";
import { barFigure } from "../../lib/plot/bar.ts";
import { stepTimeFigure } from "../../lib/plot/bench_charts.ts";
import { confusionFigure } from "../../lib/plot/evaluation_charts.ts";
import type { Axis, Figure, Trace } from "../../lib/plot/figure.ts";
import { imageGridFigure } from "../../lib/plot/image_grid.ts";
import { lineFigure } from "../../lib/plot/line.ts";
import { classAccuracyFigure, classCountsFigure } from "../../lib/plot/long_tail_charts.ts";
import { panelFigure } from "../../lib/plot/panels.ts";
import { shotColors } from "../../lib/plot/theme.ts";
import { trainingCurvesFigure } from "../../lib/plot/training_charts.ts";
import { sampleFigures, sampleHistory } from "./samples.ts";

/** Axes of a figure by the names that traces use. */
function axesOf({ layout }: Figure): Map<string, Axis> {
  const found = Object.entries(layout).filter(([key]) => /^[xy]axis\d*$/.test(key));
  return new Map(found.map(([key, axis]) => [key.replace("axis", ""), axis as Axis]));
}

function tracesOf<Kind extends Trace["type"]>(
  { data }: Figure,
  kind: Kind,
): Extract<Trace, { type: Kind }>[] {
  return data.filter((trace) => trace.type === kind) as Extract<Trace, { type: Kind }>[];
}

for (const [name, figure] of Object.entries(sampleFigures)) {
  Deno.test(`the sample "${name}" is plain data with a title, a sentence and named axes`, () => {
    assertEquals(JSON.parse(JSON.stringify(figure)), figure);
    assert(figure.layout.title?.text);
    assert(/^[^.]+.*\.$/.test(figure.description), figure.description);

    const axes = axesOf(figure);
    for (const { xaxis = "x", yaxis = "y" } of figure.data) {
      for (const key of [xaxis, yaxis]) {
        const axis = axes.get(key);
        assert(axis && (axis.visible === false || axis.title?.text), `axis ${key} has no name`);
      }
    }
  });
}

Deno.test("lineFigure() names up to three lines at their ends and more in a legend", () => {
  const lines = (count: number) =>
    lineFigure(Array.from({ length: count }, (_, i) => ({ name: `run ${i}`, y: [0, i] })), {
      title: "Runs",
      description: "",
      x: "Epoch",
      y: "Loss",
    });

  const words = tracesOf(lines(3), "scatter").filter(({ mode }) => mode === "text");
  assertEquals(words.map(({ text }) => text?.[0]?.trim()), ["run 0", "run 1", "run 2"]);
  assertEquals(lines(3).layout.showlegend, false);
  assertEquals(lines(4).layout.showlegend, true);
  assert(!lines(4).data.some((trace) => trace.type === "scatter" && trace.mode === "text"));
});

Deno.test("figures of benchmarks tell the peer apart and leave a gap where a contender did not run", () => {
  const [bars] = tracesOf(sampleFigures.stepTime, "bar");
  assertEquals(bars?.x, [300, 400]);
  const [ours, peer] = bars?.marker?.color ?? [];
  assert(ours !== undefined && ours !== peer);
  const lines = tracesOf(sampleFigures.batchSize, "scatter").filter(({ mode }) => mode !== "text");
  assertEquals(lines.map(({ x, y }) => [x, y]), [[[64, 128], [200, 220]], [[64, 128], [
    100,
    null,
  ]]]);
});

Deno.test("lineFigure() keeps names apart whose lines end together", () => {
  const figure = lineFigure([{ name: "a", y: [0, 1] }, { name: "b", y: [1, 1] }], {
    title: "Two",
    description: "",
    x: "Epoch",
    y: { title: "Share", range: [0, 2] },
  });

  const [a = NaN, b = NaN] = tracesOf(figure, "scatter").filter(({ mode }) => mode === "text")
    .map(({ y }) => Number(y[0]));
  assert(Math.abs(b - a) > 0.1, `they stand at ${a} and ${b}`);
});

Deno.test("lineFigure() shortens numbers and takes typed arrays", () => {
  const { data: [line] } = lineFigure([{ name: "third", y: Float32Array.of(1 / 3, NaN) }], {
    title: "Third",
    description: "",
    x: "Step",
    y: "Value",
  });

  assert(line?.type === "scatter");
  assertEquals(line.y, [0.333333, null]);
});

Deno.test("barFigure() refuses values that do not fit the categories", () => {
  const options = { title: "", description: "", x: "x", y: "y" };

  assertThrows(
    () => barFigure([{ name: "few", values: [1] }], { ...options, categories: ["a", "b"] }),
    RangeError,
    '"few" has 1 values for 2 categories',
  );
});

Deno.test("classCountsFigure() draws each class once, in the colour of its group", () => {
  const bars = tracesOf(sampleFigures.counts, "bar");

  assertEquals(bars.map(({ marker }) => marker?.color), Object.values(shotColors));
  assertEquals(bars.map(({ y }) => y), [
    [500, 120, null, null],
    [null, null, 50, null],
    [null, null, null, 5],
  ]);
});

Deno.test("classCountsFigure() leaves groups out that no class is in", () => {
  const { data } = classCountsFigure([500], { groups: ["many"] });

  assertEquals(data.length, 1);
});

Deno.test("confusionFigure() shows shares of the true class in rows", () => {
  const figure = confusionFigure([3, 1, 0, 0], { classNames: ["cat", "dog"] });

  assertEquals(tracesOf(figure, "heatmap").map(({ z }) => z), [[[75, 25], [null, null]]]);
});

Deno.test("imageGridFigure() puts every pixel where it belongs", () => {
  // Each image has one colour; the grid must show them in rows of two.
  const size = 4;
  const colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
  const images = Uint8Array.from(colors.flatMap((rgb) => Array(size * size).fill(rgb).flat()));
  const figure = imageGridFigure(images, {
    title: "Colours",
    description: "",
    imageHeight: size,
    imageWidth: size,
    columns: 2,
    zoom: 4,
  });

  const [image] = tracesOf(figure, "image");
  const png = decode(Uint8Array.fromBase64(image?.source.split(",")[1] ?? ""));
  const [gapX, gapY] = [1, 1];
  assertEquals([png.width, png.height], [2 * size + gapX, 2 * (size + gapY)]);
  const at = (
    x: number,
    y: number,
  ) => [...png.data.slice(4 * (y * png.width + x), 4 * (y * png.width + x) + 4)];
  assertEquals(at(0, 0), [255, 0, 0, 255]);
  assertEquals(at(size + gapX, size - 1), [0, 255, 0, 255]);
  assertEquals(at(size - 1, size + gapY), [0, 0, 255, 255]);
  assertEquals(at(size, 0)[3], 0);
  assertEquals(at(png.width - 1, png.height - 1)[3], 0);
});

Deno.test("imageGridFigure() refuses pixels and captions that do not fit", () => {
  const options = { title: "", description: "" };

  assertThrows(() => imageGridFigure(new Uint8Array(100), options), RangeError, "100 values");
  assertThrows(() => imageGridFigure(new Uint8Array(), options), RangeError, "there are none");
  assertThrows(
    () => imageGridFigure(new Uint8Array(3072), { ...options, captions: ["a", "b"] }),
    RangeError,
    "2 captions for 1 images",
  );
});

Deno.test("panelFigure() gives every figure axes of its own that do not overlap", () => {
  const panel = sampleFigures.lines;
  const figure = panelFigure([panel, panel, panel, panel], {
    title: "Four",
    description: "",
    columns: 2,
  });

  const boxes = ["", "2", "3", "4"].map((n) => ({
    x: axesOf(figure).get(`x${n}`)?.domain ?? [0, 0],
    y: axesOf(figure).get(`y${n}`)?.domain ?? [0, 0],
  }));
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      const apart = a.x[1] <= b.x[0] || b.x[1] <= a.x[0] || a.y[1] <= b.y[0] || b.y[1] <= a.y[0];
      assert(apart, JSON.stringify([a, b]));
    }
  }
  assertAlmostEquals(Math.max(...boxes.map(({ y }) => y[1])), 1, 1e-9);
  assertEquals(figure.layout.annotations?.map(({ text }) => text), Array(4).fill("Loss"));
});

Deno.test("trainingCurvesFigure() says how the training ended, and draws an epoch that is not done", () => {
  const figure = trainingCurvesFigure(sampleHistory.slice(0, 2), {
    epochs: 5,
    running: [{ position: 2.5, losses: { total: 0.5, balanced: 0.2, consistency: 0 } }],
  });

  assert(figure.description.includes("top-1 32.0 % in the last epoch"));
  const total = figure.data.find(({ name }) => name === "total");
  assert(total?.type === "scatter");
  assertEquals(total.x, [1, 2, 2.5]);
  assertEquals(figure.layout.xaxis?.range, [0, 5]);
});

Deno.test("trainingCurvesFigure() draws the loss terms of any method, each under its name", () => {
  const [first, second, third] = sampleHistory;
  const figure = trainingCurvesFigure([
    { ...first!, losses: { total: 3, margin: 2 } },
    { ...second!, losses: { total: 2, margin: 1 } },
    { ...third!, losses: { total: 1, focal: 4 } },
  ]);

  const lines = tracesOf(figure, "scatter").filter(({ mode, xaxis }) =>
    mode !== "text" && xaxis === "x"
  );
  assertEquals(lines.map(({ name, y }) => [name, y]), [
    ["total", [3, 2, 1]],
    ["margin", [2, 1, null]],
    ["focal", [null, null, 4]],
  ]);
});

Deno.test("trainingCurvesFigure() draws validation accuracy, which then chooses the best epoch", () => {
  const [first, second] = sampleHistory;
  const figure = trainingCurvesFigure([
    { ...first!, validation: { balanced: 40 } },
    { ...second!, validation: { balanced: 35 } },
  ]);

  const line = tracesOf(figure, "scatter").find(({ name }) => name === "validation");
  assertEquals(line?.y, [40, 35]);
  const best = `in the best one by validation ${first!.evaluation.top1.toFixed(1)} % in epoch 1`;
  assert(figure.description.includes(best), figure.description);
});

Deno.test("trainingCurvesFigure() marks where one stage follows another", () => {
  const history = sampleHistory.slice(0, 6).map((record) => ({
    ...record,
    stage: record.epoch < 4 ? "features" : "classifier",
  }));
  const marksOf = (figure: Figure) =>
    tracesOf(figure, "scatter").filter(({ hovertemplate }) => hovertemplate !== undefined);

  const figure = trainingCurvesFigure(history);
  const marks = marksOf(figure);
  // The fourth epoch ends at 4, and so does its stage; once in each panel.
  assertEquals(marks.map(({ x, xaxis }) => [x, xaxis]), [[[4, 4], "x"], [[4, 4], "x2"]]);
  assertEquals(marks.map(({ hovertemplate }) => hovertemplate?.startsWith("classifier")), [
    true,
    true,
  ]);
  assert(figure.description.endsWith("; stage classifier begins with epoch 5."));
  assertEquals(marksOf(trainingCurvesFigure(history.slice(0, 4))), []);
});

Deno.test("descriptions of evaluations are true where nothing is wrong or nothing was tested", () => {
  const right = confusionFigure([2, 0, 0, 3], { classNames: ["cat", "dog"] });
  const untested = classAccuracyFigure([null, null], { groups: ["many", "few"] });

  assertEquals(
    right.description,
    "Share of each true class by predicted class; no image is taken for another class.",
  );
  assertEquals(
    untested.description,
    "Accuracy of each class, no class has test images; classes go from common to rare.",
  );
});

Deno.test("stepTimeFigure() refuses a batch size at which no contender ran", () => {
  assertThrows(
    () => stepTimeFigure({ batchSize: 512, rows: [] }, { width: 16, peer: "PyTorch" }),
    RangeError,
    "no contender ran",
  );
});
