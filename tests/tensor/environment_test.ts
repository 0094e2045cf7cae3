import { assertEquals } from "@std/assert";
import { withDefaults } from "../../lib/tensor/engine_options.ts";
import { setVariables } from "../../lib/tensor/environment.ts";

const names = [
  "NVIDIA_TF32_OVERRIDE",
  "TF_DETERMINISTIC_OPS",
  "TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE",
  "TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT",
] as const;

/** What is set after a start with these options, where the user has set something or nothing. */
function after(
  options: Partial<Parameters<typeof setVariables>[0]>,
  set: Partial<Record<typeof names[number], string>> = {},
): { readonly deterministic: boolean; readonly variables: Record<string, string> } {
  const before = names.map((name) => Deno.env.get(name));
  try {
    for (const name of names) Deno.env.delete(name);
    for (const [name, value] of Object.entries(set)) Deno.env.set(name, value);
    const said = setVariables(withDefaults({ libraryFolder: "", ...options }));
    const found = names.map((name) => [name, Deno.env.get(name)] as const);
    const variables = Object.fromEntries(found.filter(([, value]) => value !== undefined));
    return { ...said, variables: variables as Record<string, string> };
  } finally {
    names.forEach((name, i) =>
      before[i] === undefined ? Deno.env.delete(name) : Deno.env.set(name, before[i])
    );
  }
}

const usual = { NVIDIA_TF32_OVERRIDE: "0", TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE: "false" };
const persistent = "TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT";

Deno.test("only bfloat16 on GPUs takes cuDNN's persistent batch norm", () => {
  assertEquals(after({}).variables, usual);
  assertEquals(after({ bfloat16: true }).variables, { ...usual, [persistent]: "1" });
  assertEquals(after({ bfloat16: true, device: "cpu" }).variables, usual);
});

Deno.test("what the user has set stays", () => {
  const set = { [persistent]: "0", TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE: "true" };
  assertEquals(after({ bfloat16: true, tensorFloat32: true }, set).variables, set);
});

Deno.test("deterministic algorithms are taken if the options or the user's variable say so", () => {
  assertEquals(after({}).deterministic, false);
  const asked = after({ deterministic: true });
  assertEquals(asked, {
    deterministic: true,
    variables: { ...usual, TF_DETERMINISTIC_OPS: "1" },
  });
  assertEquals(after({}, { TF_DETERMINISTIC_OPS: "true" }).deterministic, true);
  assertEquals(after({}, { TF_DETERMINISTIC_OPS: "0" }).deterministic, false);
});
