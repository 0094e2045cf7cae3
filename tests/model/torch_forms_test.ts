import { assert, assertEquals } from "@std/assert";
import { readTensorFile } from "glmc/disk/tensor_file.ts";
import { createNetwork } from "glmc/model/network.ts";
import { officialShape } from "glmc/model/shapes.ts";
import { officialState } from "glmc/model/state_dict.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { peerPython, runPeer } from "../peer_python.ts";

const { structure, parameterShapes, statisticShapes } = createNetwork("resnet32", {
  classes: 10,
  width: 2,
});
const shapes = { ...parameterShapes, ...statisticShapes };

/** What a file gives for the network, and what is said about it. */
async function stateOf(
  path: string,
): Promise<{ state: Record<string, Float64Array>; said: string[] }> {
  const { tensors, metadata } = await readTensorFile(path);
  const said: string[] = [];
  const onNotice = (line: string): void => void said.push(line);
  const found = officialState(tensors, { shapes, structure }, { onNotice, aliases: metadata });
  const state = Object.entries(found).map(([name, { shape, data }]) => {
    assertEquals(shape, officialShape(shapes[name]!), name);
    return [name, Float64Array.from(data as Float32Array)];
  });
  assertEquals(state.map(([name]) => name), Object.keys(shapes));
  return { state: Object.fromEntries(state), said };
}

/**
 * Relative rounding of each narrow type, whose smallest half is 2^-24; PyTorch divides by norms in float32, seven
 * decimal digits.
 */
const rounding: Readonly<Record<string, number>> = {
  bfloat16: 2 ** -8,
  mixed: 2 ** -8,
  half: 2 ** -10,
  weight_norm: 1e-6,
  weight_norm_parametrized: 1e-6,
};

Deno.test({
  name: "weights in every form that PyTorch's users have them in are the same weights",
  // Installed by `deno task bench --peer`; GLMC_PYTHON_PEER can name another Python that has PyTorch.
  ignore: peerPython === undefined,
  async fn() {
    using folder = temporaryFolder();
    const heads = Object.values(structure.heads).map(({ name, inputs, outputs }) => [
      name,
      [inputs, outputs],
    ]);
    const official = Object.entries(shapes).map(([name, shape]) => [name, officialShape(shape)]);
    const description = `${folder.path}/shapes.json`;
    await Deno.writeTextFile(
      description,
      JSON.stringify({ tensors: Object.fromEntries(official), heads: Object.fromEntries(heads) }),
    );
    const forms = `${folder.path}/forms`;
    await Deno.mkdir(forms);
    await runPeer(new URL("torch_forms.py", import.meta.url), [description, forms]);
    const { state: plain } = await stateOf(`${forms}/plain.pth`);

    const names = Array.from(Deno.readDirSync(forms), ({ name }) => name).sort();
    assert(names.length >= 31, `${names}`);
    for (const file of names) {
      const form = file.split(".")[0]!;
      const { state, said } = await stateOf(`${forms}/${file}`);
      for (const [name, values] of Object.entries(plain)) {
        const isTied = form.startsWith("tied") && name.startsWith("fc_cb.");
        const expected = isTied ? plain[name.replace("fc_cb", "fc")]! : values;
        const tolerance = rounding[form] ?? 0;
        const least = form === "half" ? 2 ** -24 : 0;
        const wrong = state[name]!.findIndex((value, i) =>
          !(Math.abs(value - expected[i]!) <= tolerance * Math.abs(expected[i]!) + least)
        );
        assertEquals(wrong, -1, `${file}: ${name}[${wrong}]`);
      }
      const line = said.join("; ");
      if (/^(in_|compiled|wrapped|data|official|averaged)/.test(form)) {
        assert(
          /^The prefix ".+\." is taken off the names in the file$/.test(line),
          `${file}: ${line}`,
        );
      } else if (/^(plain|bf|half|double|mixed|channels|old|protocol|sharded)/.test(form)) {
        assertEquals(said, [], file);
      } else {
        assert(said.length > 0, file);
      }
    }
  },
});
