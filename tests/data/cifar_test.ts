import { assertEquals } from "@std/assert";
import { cifarFacts } from "glmc/data/cifar.ts";

Deno.test("cifarFacts has the published number of classes, in alphabetical order", () => {
  assertEquals(cifarFacts.cifar10.classNames.length, 10);
  assertEquals(new Set(cifarFacts.cifar100.classNames).size, 100);
  for (const { classNames } of Object.values(cifarFacts)) {
    assertEquals([...classNames].sort(), [...classNames]);
  }
});
