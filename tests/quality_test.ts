import { assert, assertEquals, assertMatch } from "@std/assert";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { projectRoot } from "../lib/setup/project.ts";

/** What is read of the answer of `deno doc --json`. */
interface Documentation {
  nodes: Record<string, { symbols?: { name: string; declarations: Declaration[] }[] }>;
}
interface Declaration {
  kind: string;
  declarationKind: string;
  jsDoc?: { tags?: { kind: string; name?: string }[] };
  def?: { params?: Parameter[]; returnType?: ReturnType };
}
interface Parameter {
  kind: string;
  name?: string;
  left?: Parameter;
  arg?: Parameter;
}
interface ReturnType {
  repr?: string;
  value?: { typeParams?: ReturnType[] };
}

/** Hands on all of TensorFlow.js, whose own declarations are not documented in full. */
const foreign = "lib/tensor/tfjs.ts";

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${projectRoot}/${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts") && path !== foreign) yield path;
  }
}

/** Name of a parameter; a destructured one has none. */
function nameOf({ name, left, arg }: Parameter): string | undefined {
  return name || (left && nameOf(left)) || (arg && nameOf(arg));
}

function returnsNothing(type: ReturnType | undefined): boolean {
  const [inner] = type?.value?.typeParams ?? [];
  const { repr } = type?.repr === "Promise" ? inner ?? {} : type ?? {};
  return repr === "void" || repr === "never" || repr === "asserts";
}

/** What the comment of a function does not say. */
function missing({ jsDoc, def }: Declaration): string[] {
  const tags = jsDoc?.tags ?? [];
  const described = tags.filter(({ kind }) => kind === "param").map(({ name }) => name);
  const parameters = (def?.params ?? []).map((parameter, place) =>
    nameOf(parameter) ?? described[place] ?? `(parameter ${place + 1})`
  );
  const returns = returnsNothing(def?.returnType) || tags.some(({ kind }) => kind === "return");
  return [
    ...parameters.filter((name) => !described.includes(name)).map((name) => `@param ${name}`),
    ...described.filter((name) => name && !parameters.includes(name)).map((name) =>
      `no parameter ${name}`
    ),
    ...(returns ? [] : ["@returns"]),
  ];
}

async function documentation(): Promise<Documentation> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    // mod.ts has nothing of its own.
    args: ["doc", "--json", ...sources("lib").filter((path) => path !== "lib/mod.ts")],
    cwd: projectRoot,
    stderr: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("every exported function says what it takes and what it returns", async () => {
  const { nodes } = await documentation();
  const functions = Object.entries(nodes).flatMap(([address, { symbols = [] }]) =>
    symbols.flatMap(({ name, declarations }) =>
      declarations.filter(({ kind, declarationKind }) =>
        kind === "function" && declarationKind === "export"
      ).map((declaration) => ({
        file: relative(projectRoot, fileURLToPath(address)),
        name,
        declaration,
      }))
    )
  );
  assert(functions.length > 100, `only ${functions.length} functions were found`);

  const offenders = functions.flatMap(({ file, name, declaration }) => {
    const faults = missing(declaration);
    return faults.length === 0 ? [] : [`${file}: ${name}() lacks ${faults.join(", ")}`];
  });
  assertEquals(offenders.sort(), []);
});

/** The first paragraph of a module's own documentation; empty where there is none. */
function firstParagraph(text: string): string {
  const [, comment = ""] = text.match(/^(?:\/\/[^\n]*\n)*\/\*\*\n(.*?)\n \*\//s) ?? [];
  if (!/^ \* @module$/m.test(comment)) return "";
  return comment.split(/\n \*\n/)[0]!.replaceAll(/^ \* ?/gm, "").replaceAll("\n", " ");
}

Deno.test("every module says in its first paragraph what it is for", () => {
  const files = [...sources("lib"), foreign];
  const wrong = files.filter((file) => {
    const paragraph = firstParagraph(Deno.readTextFileSync(`${projectRoot}/${file}`));
    return !/^[A-Z`\d].{20,}[.:]$/.test(paragraph);
  });
  assert(files.length > 200);
  assertEquals(wrong, []);
});

Deno.test("modules that compute an equation of GLMC show it", () => {
  for (
    const file of [
      "data/long_tail.ts",
      "data/sampler.ts",
      "images/cut_box.ts",
      "images/mix.ts",
      "loss/consistency.ts",
      "method/glmc/cumulative.ts",
      "method/glmc/loss.ts",
      "method/glmc/mixture.ts",
      "model/heads.ts",
    ]
  ) {
    const text = firstParagraph(Deno.readTextFileSync(`${projectRoot}/lib/${file}`));
    assertMatch(text, /GLMC.*[λ_√]|[λ_√].*GLMC/, file);
  }
});

Deno.test("`deno task ok` asks for everything that has a gate", () => {
  const { tasks, lint } = JSON.parse(Deno.readTextFileSync(`${projectRoot}/deno.json`));

  assertEquals(tasks.ok.command.split(" && "), [
    "deno fmt --check",
    "deno lint",
    "deno check --doc",
    `deno doc --lint $(find lib -name '*.ts' ! -path ${foreign})`,
    "deno task test",
  ]);
  assertEquals(lint.plugins, ["./.lint/plugin.ts"]);
});
