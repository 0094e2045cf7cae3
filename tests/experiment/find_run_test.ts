import { assert, assertRejects } from "@std/assert";
import { writeSafetensors } from "glmc/disk/safetensors.ts";
import { openRunStore } from "glmc/experiment/run_store.ts";
import { temporaryFolder } from "../data/disposables.ts";

const checkpoint = new URL("../fixtures/torch/official.pth.tar", import.meta.url);
const weights = writeSafetensors({ a: { dtype: "U8", shape: [], data: Uint8Array.of(1) } });

Deno.test("find() calls a file that is no run by its name, and says what to do with it", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const store = openRunStore(`${path}/runs`);
  await Deno.mkdir(`${path}/weights`);
  await Deno.mkdir(`${path}/empty`);
  await Deno.writeFile(`${path}/weights/model.safetensors`, weights);
  await Deno.writeFile(`${path}/best.safetensors`, weights);
  await Deno.copyFile(checkpoint, `${path}/model_best.pth.tar`);
  await Deno.writeTextFile(`${path}/pointer`, "version https://git-lfs.github.com/spec/v1\n");
  await Deno.writeTextFile(`${path}/config.txt`, "{}");

  for (
    const [name, message] of [
      // A file that is called as one of a run is, too.
      ["best.safetensors", "it is no run but a safetensors file: evaluate it with deno task eval"],
      [
        "model_best.pth.tar",
        `it is no run but a PyTorch file: evaluate it with deno task evaluate --weights ${path}/m`,
      ],
      [
        "pointer",
        "it is no run but a Git LFS pointer, not the file itself: name a run or its folder",
      ],
      ["config.txt", "it is no run but JSON text: name a run"],
      ["weights", `"${path}/weights" is no run but a folder of weights: evaluate it with deno`],
      ["empty", `"${path}/empty" is reserved, but the run has not begun`],
    ] as const
  ) {
    const error = await assertRejects(
      () => store.find(`${path}/${name}`),
      Deno.errors.NotFound,
      message,
    );
    assert(error.message.startsWith(`Cannot find the run "${path}/${name}": `));
  }
});
