import { assertEquals, assertThrows } from "@std/assert";
import { legacyRandom } from "glmc/data/legacy_random.ts";
import { hashRows } from "glmc/data/long_tail.ts";
import { goldenExperiments } from "../golden.ts";

for (const draws of goldenExperiments().legacy_draws) {
  Deno.test(`legacyRandom(${draws.seed}) draws what NumPy draws`, () => {
    const random = legacyRandom(draws.seed);
    const chosen = Array.from({ length: 10 }, () => random.integer(7));

    assertEquals([...legacyRandom(draws.seed).shuffled(10)], [...draws.permutation_10]);
    assertEquals(chosen, [...draws.choice_10_of_7_with_replacement]);
  });
}

Deno.test("legacyRandom() draws words of 32 and of 31 bits as NumPy does", () => {
  const drawn = (limit: number): number[] => {
    const random = legacyRandom(1);
    return [1, 2, 3].map(() => random.integer(limit));
  };
  // np.random.RandomState(1).randint(0, 2**32, 3), then the same with 2**31.
  assertEquals(drawn(2 ** 32), [1791095845, 4282876139, 3093770124]);
  assertEquals(drawn(2 ** 31), [1791095845, 2135392491, 946286476]);
});

Deno.test("legacyRandom() shuffles more than a few words' worth as NumPy does", () => {
  // hashlib.sha256(np.random.RandomState(2023).permutation(100003).astype("<i4").tobytes())
  assertEquals(
    hashRows(legacyRandom(2023).shuffled(100003)),
    "2cc163d6ff5de708578d2969474bd517c8da1157d5a445db0ad3f5bc143ed21f",
  );
});

Deno.test("legacyRandom() needs no word for the only value there is", () => {
  const random = legacyRandom(0);

  assertEquals([random.integer(1), ...random.shuffled(1), random.integer(7)], [0, 0, 4]);
});

Deno.test("legacyRandom() refuses seeds that NumPy refuses, and limits beyond a word", () => {
  for (const seed of [-1, 2 ** 32, 0.5, NaN]) {
    assertThrows(() => legacyRandom(seed), RangeError, `in [0, 4294967295]: it is ${seed}`);
  }
  for (const limit of [0, 1.5, 2 ** 32 + 1]) {
    assertThrows(() => legacyRandom(0).integer(limit), RangeError, `it is ${limit}`);
  }
});
