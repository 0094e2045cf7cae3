import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { download, type Integrity } from "glmc/data/download.ts";
import { namesIn, serveFiles, temporaryFolder } from "./disposables.ts";

const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index * index % 251);
const half = bytes.length / 2;
const isLinux = Deno.build.os === "linux";

function integrity(algorithm: Integrity["algorithm"] = "sha512"): Integrity {
  return { algorithm, digest: createHash(algorithm).update(bytes).digest("hex") };
}

/** Answers with the whole file, or the rest of it when asked for that. */
function answer(request: Request): Response {
  const range = request.headers.get("range")?.match(/^bytes=(\d+)-$/);
  if (!range) return new Response(bytes);
  if (Number(range[1]) >= bytes.length) return new Response(null, { status: 416 });
  return new Response(bytes.subarray(Number(range[1])), { status: 206 });
}

/** Answers with the first half and breaks the connection. */
function breakOff(): Response {
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(bytes.subarray(0, half));
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-length": String(bytes.length) } });
}

Deno.test("download() brings the file, tells its progress and leaves no part", async () => {
  await using server = serveFiles({ "/file": answer });
  using folder = temporaryFolder();
  const progress: number[][] = [];
  for (const algorithm of ["md5", "sha256", "sha512"] as const) {
    await download(`${server.address}/file`, `${folder.path}/${algorithm}`, {
      integrity: integrity(algorithm),
      onProgress: (received, total) => progress.push([received, total]),
    });

    assertEquals(await Deno.readFile(`${folder.path}/${algorithm}`), bytes);
  }
  assertEquals(progress.at(-1), [bytes.length, bytes.length]);
  assert(progress.every(([received = NaN, total = NaN]) => received <= total));
  assertEquals(namesIn(folder.path), ["md5", "sha256", "sha512"]);
});

Deno.test("download() continues after a broken connection", async () => {
  let calls = 0;
  await using server = serveFiles({
    "/file": (request) => ++calls === 1 ? breakOff() : answer(request),
  });
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  const progress: number[] = [];

  await download(`${server.address}/file`, path, {
    integrity: integrity(),
    onProgress: (received) => progress.push(received),
    pause: 1,
  });

  assertEquals(await Deno.readFile(path), bytes);
  assertEquals(server.ranges, [
    null,
    `bytes=${half}-`,
  ]);
  assertEquals(progress, progress.toSorted((a, b) => a - b));
});

Deno.test("download() starts again where the server cannot continue", async () => {
  await using server = serveFiles({ "/file": () => new Response(bytes) });
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeFile(`${path}.part`, bytes.subarray(0, half));

  await download(`${server.address}/file`, path, { integrity: integrity() });

  assertEquals(await Deno.readFile(path), bytes);
});

Deno.test("download() uses a part that is whole already", async () => {
  await using server = serveFiles({ "/file": answer });
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeFile(`${path}.part`, bytes);

  await download(`${server.address}/file`, path, { integrity: integrity() });

  assertEquals(await Deno.readFile(path), bytes);
  assertEquals(server.ranges.length, 1);
});

Deno.test("download() leaves a file that is there already", async () => {
  await using server = serveFiles({ "/file": answer });
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeFile(path, bytes);

  await download(`${server.address}/file`, path, { integrity: integrity() });

  assertEquals(server.ranges.length, 0);
});

Deno.test("download() throws a spoilt part away and fetches the file whole", async () => {
  await using server = serveFiles({ "/file": answer });
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeFile(`${path}.part`, new Uint8Array(half));

  await download(`${server.address}/file`, path, { integrity: integrity(), pause: 1 });

  assertEquals(await Deno.readFile(path), bytes);
  assertEquals(server.ranges, [
    `bytes=${half}-`,
    null,
  ]);
});

Deno.test("download() refuses a file with another hash and keeps the older one", async () => {
  await using server = serveFiles({ "/file": () => new Response("something else") });
  using folder = temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "older");

  await assertRejects(
    () =>
      download(`${server.address}/file`, `${folder.path}/file`, { integrity: integrity("md5") }),
    Error,
    `its md5 is 6c7ba9c5a141421e1c03cb9807c97c74 instead of ${integrity("md5").digest}`,
  );
  assertEquals(await Deno.readTextFile(`${folder.path}/file`), "older");
  assertEquals(namesIn(folder.path), ["file"]);
  assertEquals(server.ranges.length, 1);
});

Deno.test("download() tries three times and says what the server answers", async () => {
  await using server = serveFiles({});
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;

  await assertRejects(
    () => download(`${server.address}/file`, path, { integrity: integrity(), pause: 1 }),
    Error,
    `Cannot download ${server.address}/file: the server answers 404 Not Found: check the network`,
  );
  assertEquals(server.ranges.length, 3);
});

Deno.test("download() says that there is no network", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;

  await assertRejects(
    () => download("http://nowhere.invalid/file", path, { integrity: integrity(), attempts: 1 }),
    Error,
    "Cannot download http://nowhere.invalid/file: ",
  );
});

Deno.test("download() gives up on a connection that brings nothing", async () => {
  await using server = serveFiles({ "/file": () => new Response(new ReadableStream()) });
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;

  await assertRejects(
    () =>
      download(`${server.address}/file`, path, {
        integrity: integrity(),
        attempts: 1,
        patience: 50,
      }),
    Error,
    "no data came for 0.05 seconds",
  );
});

Deno.test({
  name: "download() says that the disk is full and removes the part",
  ignore: !isLinux,
  async fn() {
    await using server = serveFiles({ "/file": answer });
    using folder = temporaryFolder();
    await Deno.symlink("/dev/full", `${folder.path}/file.part`);

    await assertRejects(
      () => download(`${server.address}/file`, `${folder.path}/file`, { integrity: integrity() }),
      Error,
      "the disk is full: free some disk space and try again",
    );
    assertEquals(namesIn(folder.path), []);
    assertEquals(server.ranges.length, 1);
  },
});
