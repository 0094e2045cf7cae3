import { assert, assertEquals } from "@std/assert";
import { allPrograms, programFacts } from "../../lib/process/programs.ts";
import { startWaitingProgram } from "./waiting_program.ts";

const hasProc = Deno.build.os === "linux";
const hasPs = await new Deno.Command("ps", { stdout: "null", stderr: "null" }).output().then(
  ({ success }) => success,
  () => false,
);

Deno.test({
  name: "ps tells the same of a program as /proc, a word with a blank apart",
  ignore: !hasProc || !hasPs,
  async fn() {
    const child = await startWaitingProgram("two words");
    {
      await using _ = child;
      const [proc, ps] = (["proc", "ps"] as const).map((source) =>
        programFacts(child.pid, source)!
      );

      assertEquals(ps!.words.join(" "), proc!.words.join(" ").trim());
      assertEquals([ps!.pid, ps!.parent, ps!.isEnded], [proc!.pid, proc!.parent, proc!.isEnded]);
      assertEquals(ps!.parent, Deno.pid);
      assertEquals(ps!.started, programFacts(child.pid, "ps")!.started);
      assert(allPrograms("ps").some(({ pid }) => pid === child.pid));
      assert(allPrograms("proc").some(({ pid }) => pid === child.pid));
    }
    for (const source of ["proc", "ps"] as const) {
      assertEquals(programFacts(child.pid, source), undefined);
    }
  },
});
