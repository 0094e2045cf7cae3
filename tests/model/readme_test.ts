import { assertEquals } from "@std/assert";
import { architectureEntry } from "glmc/model/architectures.ts";
import { parameterCount } from "glmc/model/layer_table.ts";
import { architectures, createNetwork } from "glmc/model/network.ts";

Deno.test("the list of networks in lib/model/README.md is that of the kit, with its numbers", async () => {
  const text = await Deno.readTextFile(new URL("../../lib/model/README.md", import.meta.url));
  const rows = text.split("\n").filter((line) => /^\| `[a-z]/.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const expected = architectures.map((name) => {
    const { width, anyWidth } = architectureEntry(name);
    const network = createNetwork(name, { classes: 10 });
    const millions = (parameterCount(network) / 1e6).toFixed(2);
    return [`\`${name}\``, anyWidth, `${width}`, `${network.featureSize}`, `${millions} M`];
  });

  assertEquals(
    rows.map(([name, , , widths, features, parameters]) => [
      ...[name, /any|even/.test(widths!), /\d+/.exec(widths!)?.[0], features, parameters],
    ]),
    expected,
  );
  for (const file of new Set(rows.map((row) => row.at(-1)!.replaceAll("`", "")))) {
    await Deno.stat(new URL(`../../lib/model/${file}`, import.meta.url));
  }
});
