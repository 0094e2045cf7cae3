import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "../../lib/data/random.ts";
import { calibration } from "../../lib/evaluate/calibration.ts";
import { evaluateLogits, topAccuracy } from "../../lib/evaluate/metrics.ts";
import { shotAccuracy, shotGroup } from "../../lib/evaluate/shots.ts";
import { assertClose } from "../assertions.ts";
import { golden, goldenIndex } from "../golden.ts";
import { noteParity } from "../parity.ts";

const classes = 100;
const values = golden("evaluation");
const logits = values.logits!.data as Float32Array;
const labels = values.label!.data as Int32Array;
const trainingCounts = goldenIndex().class_counts["cifar100/0.01"]!;

// The golden table's tolerance: logits are stored in float16, so a close call may turn over.
const points = 0.1;

Deno.test("evaluateLogits() reproduces the official figures", () => {
  const expected = goldenIndex().evaluation;
  const evaluation = evaluateLogits(logits, labels, { classes, trainingCounts });
  const what = "accuracy, shot groups, classes and calibration";
  const assertAlmostEquals = (actual: number, expected: number, absolute: number): void => {
    noteParity({
      what,
      unit: "points",
      tolerance: points,
      share: Math.abs(actual - expected) / points,
    });
    assertClose([actual], [expected], { absolute });
  };
  assertAlmostEquals(evaluation.top1, expected.top1, points);
  assertAlmostEquals(evaluation.top5, expected.top5, points);
  for (const group of ["many", "medium", "few"] as const) {
    assertAlmostEquals(evaluation.shots[group]!, expected[group], points);
  }
  evaluation.classAccuracy.forEach((accuracy, c) =>
    assertAlmostEquals(accuracy!, 100 * expected.class_accuracy[c]!, points)
  );
  assertAlmostEquals(100 * evaluation.calibrationError, 100 * expected.ece15, points);
});

Deno.test("evaluateLogits() does not depend on the order of images", () => {
  const order = randomStream(1, "order").shuffled(labels.length);
  const shuffled = new Float32Array(logits.length);
  order.forEach((from, to) =>
    shuffled.set(logits.subarray(from * classes, (from + 1) * classes), to * classes)
  );
  const options = { classes, trainingCounts };
  const [a, b] = [
    evaluateLogits(logits, labels, options),
    evaluateLogits(shuffled, order.map((from) => labels[from]!), options),
  ];
  assertEquals([...b.confusion], [...a.confusion]);
  assertEquals([b.top1, b.top5], [a.top1, a.top5]);
  assertAlmostEquals(b.calibrationError, a.calibrationError, 1e-9);
});

Deno.test("evaluateLogits() counts every image once, and its diagonal is the top-1 accuracy", () => {
  const { confusion, top1 } = evaluateLogits(logits, labels, { classes, trainingCounts });
  assertEquals(confusion.reduce((sum, count) => sum + count), labels.length);
  const diagonal = Array.from({ length: classes }, (_, c) => confusion[c * classes + c]!);
  assertEquals(100 * diagonal.reduce((sum, count) => sum + count) / labels.length, top1);
});

Deno.test("topAccuracy() grows with k up to all", () => {
  const of = (k: number): number => topAccuracy(logits, labels, { classes, k });
  const accuracies = [1, 2, 5, 20, 100].map(of);
  assert(accuracies.every((value, i) => i === 0 || value >= accuracies[i - 1]!));
  assertEquals(accuracies.at(-1), 100);
});

Deno.test("calibration() bins every prediction and its error is that of its bins", () => {
  const { error, bins } = calibration(logits, labels, classes);
  assertEquals(bins.length, 15);
  assertEquals(bins.reduce((sum, { count }) => sum + count, 0), labels.length);
  const weighted = bins.reduce(
    (sum, { count, confidence, accuracy }) => sum + count * Math.abs(accuracy - confidence),
    0,
  );
  assertAlmostEquals(weighted / labels.length, error, 1e-9);
});

Deno.test("shotGroup() has the official thresholds", () => {
  assertEquals([101, 100, 21, 20, 0].map(shotGroup), ["many", "medium", "medium", "few", "few"]);
});

Deno.test("evaluateLogits() leaves classes without test images out of their group", () => {
  const { classAccuracy, shots } = evaluateLogits(Float32Array.of(1, 0, 0), Int32Array.of(0), {
    classes: 3,
    trainingCounts: [200, 200, 50],
  });
  assertEquals(classAccuracy, [100, null, null]);
  assertEquals(shots, { many: 100, medium: null, few: null });
});

Deno.test("evaluateLogits() refuses what does not fit", () => {
  const two = { classes: 2, trainingCounts: [1, 1] };
  const refused = (logits: number[], labels: number[], text: string, options = two): void => {
    assertThrows(
      () => evaluateLogits(Float32Array.from(logits), Int32Array.from(labels), options),
      RangeError,
      text,
    );
  };
  refused([1, 2, 3], [0], "3 logits");
  refused([1, 2], [2], "outside");
  refused([1, NaN], [0], "1 of 2 logits are infinite or not a number");
  refused([1, Infinity], [0], "infinite");
  refused([NaN, NaN, 1, -Infinity], [0, 1], "3 of 4 logits");
  refused([], [], "Cannot evaluate: the test set has no images");
  refused([], [0], "number of classes", { classes: 0, trainingCounts: [] });
  refused([1, 2], [0], "class 1 has NaN training images", { classes: 2, trainingCounts: [1, NaN] });
  refused([1, 2], [0], "class counts", { classes: 2, trainingCounts: [1] });
});

/** Paths of the numbers in a value that are not finite. */
function unusable(value: unknown, path = ""): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [path];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, part]) => unusable(part, `${path}/${name}`));
}

Deno.test("evaluateLogits() gives finite numbers or null, for one class and for more than a byte counts", () => {
  for (const classes of [1, 2, 4, 300]) {
    const images = 40;
    const random = randomStream(classes, "logits");
    // Near the largest float32 as well, where differences overflow.
    const scale = classes === 4 ? 3e38 : 1;
    const logits = Float32Array.from(
      { length: images * classes },
      () => scale * (2 * random.uniform() - 1),
    );
    const labels = Int32Array.from({ length: images }, (_, n) => (n * 37) % classes);

    const trainingCounts = Array.from({ length: classes }, (_, c) => c);
    const evaluation = evaluateLogits(logits, labels, { classes, trainingCounts });

    assertEquals(unusable(evaluation), []);
    assertEquals(evaluation.confusion.reduce((sum, count) => sum + count, 0), images);
    if (classes <= 5) assertEquals(evaluation.top5, 100);
    if (classes === 1) assertEquals([evaluation.top1, evaluation.calibrationError], [100, 0]);
  }
});

Deno.test("topAccuracy(), calibration() and shotAccuracy() refuse what has no mean", () => {
  const [none, nobody] = [new Float32Array(0), new Int32Array(0)];
  assertThrows(() => topAccuracy(none, nobody, { classes: 2, k: 1 }), RangeError, "no labels");
  assertThrows(() => calibration(none, nobody, 2), RangeError, "no labels");
  assertThrows(
    () => calibration(Float32Array.of(1, 2), Int32Array.of(0), 2, 0),
    RangeError,
    "bins",
  );
  assertThrows(() => shotAccuracy([50], []), RangeError, "0 class counts");
});

Deno.test("calibration() takes more classes than a function takes arguments", () => {
  const many = 200_000;
  const logits = new Float32Array(many);
  logits[many - 1] = 50;
  assertEquals(calibration(logits, Int32Array.of(many - 1), many).bins.at(-1)?.accuracy, 1);
});
