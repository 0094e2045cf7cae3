import { assertEquals, assertRejects } from "@std/assert";
import { cifarFacts, imageBytes, readDataset } from "glmc/data/cifar.ts";

Deno.test("cifarFacts has the published number of classes, in alphabetical order", () => {
  assertEquals(cifarFacts.cifar10.classNames.length, 10);
  assertEquals(new Set(cifarFacts.cifar100.classNames).size, 100);
  for (const { classNames } of Object.values(cifarFacts)) {
    assertEquals([...classNames].sort(), [...classNames]);
  }
});

Deno.test("readDataset() refuses labels that are no class, also those that wrap around to one", async () => {
  // Beyond a byte, beyond 32 bits, below zero, not whole.
  for (const label of [10, 300, 2 ** 32 + 3, -1, 1.5, NaN]) {
    await assertRejects(
      () =>
        readDataset(
          "cifar10",
          (_, count) => ({ images: new Uint8Array(count * imageBytes), labels: [0, label] }),
          {
            files: { train: ["a"], test: ["b"] },
            facts: { ...cifarFacts.cifar10, trainSize: 2, testSize: 2 },
            advice: "mend it",
          },
        ),
      RangeError,
      `Cannot read "a" of CIFAR-10: the label in row 1 is ${label}, where CIFAR-10 has 0 to 9: mend it`,
    );
  }
});
