import { assert, assertEquals, assertRejects } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { readTensorFile } from "glmc/disk/tensor_file.ts";
import { writeSafetensors } from "glmc/disk/safetensors.ts";
import { type Architecture, createNetwork, type Network } from "glmc/model/network.ts";
import { pretrainedVariables } from "glmc/model/pretrained.ts";
import { exportWeights, importWeights } from "glmc/model/weights.ts";
import { disposeTensors } from "glmc/tensor/named_tensors.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { goldenIndex } from "../golden.ts";

await testEngine();

/** A network as torchvision's is: one classifier of 1000 classes; narrow, so that a file of it is small. */
function torchvision(architecture: Architecture): Network<"logits"> {
  return createNetwork(architecture, { classes: 1000, width: 4, heads: ["logits"] });
}

/** Its file, as `torch.save(model.state_dict())` names and orders it but for the format, read back. */
async function readFile(
  architecture: Architecture,
  prefix = "",
): Promise<Awaited<ReturnType<typeof readTensorFile>>["tensors"]> {
  using folder = temporaryFolder();
  const variables = torchvision(architecture).init(randomStream(7, "init"));
  const weights = await exportWeights(variables, { batches: 450_000 });
  disposeTensors(variables);
  const named = Object.entries(weights).map(([name, tensor]) => [prefix + name, tensor]);
  const path = `${folder.path}/${architecture}.safetensors`;
  await Deno.writeFile(path, writeSafetensors(Object.fromEntries(named)));
  return (await readTensorFile(path)).tensors;
}

Deno.test("the networks for large images have torchvision's names", () => {
  const { names } = goldenIndex().cases.net_resnext50_32x4d!;
  // The official network is torchvision's with three heads more.
  const trunk = names.filter((name) => !/^(?:fc_cb|contrast_head|projection_head)\./.test(name));
  for (const architecture of ["resnext50_32x4d", "resnet50_imagenet"] as const) {
    assertEquals(Object.keys(torchvision(architecture).parameterShapes), trunk);
  }
  const basic = Object.keys(torchvision("resnet10_imagenet").parameterShapes);
  assertEquals(
    basic.filter((name) => name.startsWith("layer2.")),
    [
      ...["conv1.weight", "bn1.weight", "bn1.bias", "conv2.weight", "bn2.weight", "bn2.bias"],
      ...["downsample.0.weight", "downsample.1.weight", "downsample.1.bias"],
    ].map((name) => `layer2.0.${name}`),
  );
});

for (const architecture of ["resnext50_32x4d", "resnet50_imagenet", "resnet10_imagenet"] as const) {
  Deno.test(`importWeights() takes torchvision's file of ${architecture} as it is`, async () => {
    const tensors = await readFile(architecture);
    assert("layer4.0.downsample.1.num_batches_tracked" in tensors);
    const said: string[] = [];

    const variables = importWeights(tensors, torchvision(architecture), {
      onNotice: (line) => void said.push(line),
    });

    const weights = await exportWeights(variables);
    for (const [name, { shape, data }] of Object.entries(weights)) {
      if (name.endsWith("num_batches_tracked")) continue;
      assertEquals(
        { shape, data },
        { shape: tensors[name]!.shape, data: tensors[name]!.data },
        name,
      );
    }
    assertEquals(said, []);
    disposeTensors(variables);
  });
}

Deno.test("pretrainedVariables() takes the convolutions of a file and draws the heads it lacks", async () => {
  const network = createNetwork("resnext50_32x4d", { classes: 8142, width: 4 });
  const file = await readFile("resnext50_32x4d", "module.");
  const said: string[] = [];
  const variables = await pretrainedVariables(file, network, {
    random: randomStream(1, "init"),
    onNotice: (line) => void said.push(line),
  });
  const drawn = network.init(randomStream(1, "init"));
  const [weights, own] = [await exportWeights(variables), await exportWeights(drawn)];

  for (const [name, { data }] of Object.entries(weights)) {
    if (name.endsWith("num_batches_tracked")) continue;
    const isHead = /^(?:fc|fc_cb|contrast_head\.0|projection_head\.0)\./.test(name);
    assertEquals(data, isHead ? own[name]!.data : file[`module.${name}`]!.data, name);
  }
  assertEquals(said, [
    "The head fc is drawn anew: the file has none of 8142 outputs",
    "The head fc_cb is drawn anew: the file has none of 8142 outputs",
    "The head contrast_head.0 is drawn anew: the file has none of 256 outputs",
    "The head projection_head.0 is drawn anew: the file has none of 256 outputs",
  ]);
  disposeTensors({ ...variables, ...drawn });
});

Deno.test("pretrainedVariables() keeps a head that fits", async () => {
  const file = await readFile("resnet50_imagenet");
  const variables = await pretrainedVariables(file, torchvision("resnet50_imagenet"), {
    random: randomStream(1, "init"),
  });
  const weights = await exportWeights(variables);
  assertEquals(weights["fc.weight"]!.data, file["fc.weight"]!.data);
  disposeTensors(variables);
});

Deno.test("pretrainedVariables() refuses the convolutions of another network", async () => {
  const file = await readFile("resnet50_imagenet");
  await assertRejects(
    () =>
      pretrainedVariables(file, torchvision("resnext50_32x4d"), {
        random: randomStream(1, "init"),
      }),
    TypeError,
    "layer1.0.conv1.weight is [4,4,1,1], not [8,4,1,1]",
  );
});
